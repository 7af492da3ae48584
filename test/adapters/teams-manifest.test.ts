import { createRequire } from 'node:module'
import { crc32, inflateRawSync, inflateSync } from 'node:zlib'
import Ajv from 'ajv-draft-04'
import { describe, expect, test } from 'vitest'
import { teams } from '../../adapters/teams/index.ts'
import { makeManifest } from '../../adapters/teams/manifest.ts'

const keys = teams.config.parse({
  appId: '00000000-0000-4000-8000-0000000000b0',
  appPassword: 'a-secret',
  tenantId: '00000000-0000-4000-8000-000000000001',
})
const hub = { name: 'Acme Support', publicUrl: 'https://support.example.org' }

/** The archive read by its directory, as an unpacker does. */
function unpack(archive: Uint8Array): ReadonlyMap<string, Buffer> {
  const bytes = Buffer.from(archive)
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]))
  const entries = new Map<string, Buffer>()
  let at = bytes.readUInt32LE(end + 16)
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    const [crc, size, name, extra, note, local] = [
      bytes.readUInt32LE(at + 16),
      bytes.readUInt32LE(at + 20),
      bytes.readUInt16LE(at + 28),
      bytes.readUInt16LE(at + 30),
      bytes.readUInt16LE(at + 32),
      bytes.readUInt32LE(at + 42),
    ] as const
    const title = bytes.toString('utf8', at + 46, at + 46 + name)
    const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
    const data = inflateRawSync(bytes.subarray(from, from + size))
    expect(crc32(data)).toBe(crc)
    entries.set(title, data)
    at += 46 + name + extra + note
  }
  return entries
}

/** Size and pixels of a picture of eight bits a channel. */
function readPng(bytes: Buffer): { readonly size: number; readonly alphas: ReadonlySet<number>; readonly colors: ReadonlySet<string> } {
  const size = bytes.readUInt32BE(16)
  expect(bytes.readUInt32BE(20)).toBe(size)
  const start = bytes.indexOf('IDAT')
  const rows = inflateSync(bytes.subarray(start + 4, start + 4 + bytes.readUInt32BE(start - 4)))
  const alphas = new Set<number>()
  const colors = new Set<string>()
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      const at = y * (size * 4 + 1) + 1 + x * 4
      alphas.add(rows[at + 3]!)
      colors.add(rows.subarray(at, at + 3).toString('hex'))
    }
  return { size, alphas, colors }
}

/** Microsoft's own schema of the version that the manifest names, out of the package that its toolkit validates with. */
const schema = createRequire(import.meta.url)('@microsoft/app-manifest/build/json-schemas/teams/v1.19/MicrosoftTeams.schema.json') as object
const validator = new Ajv.default({ allErrors: true, strict: false, formats: { uri: (given: string) => URL.canParse(given) } })
const isValid = validator.compile(schema)
const faultsIn = (manifest: unknown): readonly string[] =>
  isValid(manifest) ? [] : (isValid.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)

describe('the app package for Teams', () => {
  test.each([
    ['short', hub],
    ['too long', { ...hub, name: 'The Support Desk of a Company With a Very Long Name 👍' }],
    ['none', { ...hub, name: ' ' }],
    ['of letters that others do not write', { ...hub, name: 'サポート窓口' }],
  ])('is taken by Microsoft’s own schema, whatever the desk is called: %s', (_, desk) => {
    const { manifest } = makeManifest(keys, desk)
    expect(faultsIn(manifest)).toEqual([])
    expect([manifest.manifestVersion, manifest.$schema]).toEqual(['1.19', expect.stringContaining('/v1.19/')])
  })

  test('would not be taken with a key that nobody knows, or a name too long', () => {
    const { manifest } = makeManifest(keys, hub)
    expect(faultsIn({ ...manifest, webhooks: [] })).not.toEqual([])
    expect(faultsIn({ ...manifest, name: { short: 'x'.repeat(31) } })).not.toEqual([])
  })

  test('holds a manifest and two icons of the sizes that Teams asks for', () => {
    const files = unpack(makeManifest(keys, hub).bytes)
    expect([...files.keys()]).toEqual(['manifest.json', 'color.png', 'outline.png'])
    expect(readPng(files.get('color.png')!)).toMatchObject({ size: 192, alphas: new Set([255]) })
    const outline = readPng(files.get('outline.png')!)
    expect([outline.size, outline.colors]).toEqual([32, new Set(['ffffff'])])
    expect(outline.alphas.has(0) && outline.alphas.has(255)).toBe(true)
  })

  test('names the bot, what it may do and where it lives, within the lengths that are allowed', () => {
    const long = { ...hub, name: 'The Support Desk of a Company With a Very Long Name 👍' }
    const files = unpack(makeManifest(keys, long).bytes)
    const manifest = JSON.parse(files.get('manifest.json')!.toString('utf8'))
    expect(manifest).toMatchObject({
      manifestVersion: '1.19',
      bots: [{ botId: keys.appId, scopes: ['personal', 'team', 'groupChat'], supportsFiles: true }],
      validDomains: ['support.example.org'],
      developer: { websiteUrl: 'https://support.example.org/' },
    })
    expect(manifest.id).not.toBe(keys.appId)
    expect(manifest.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    const lengths: readonly (readonly [string, number])[] = [
      [manifest.name.short, 30],
      [manifest.name.full, 100],
      [manifest.description.short, 80],
      [manifest.description.full, 4000],
      [manifest.developer.name, 32],
      ...manifest.bots[0].commandLists[0].commands.flatMap((one: { title: string; description: string }) => [
        [one.title, 32] as const,
        [one.description, 128] as const,
      ]),
    ]
    for (const [text, most] of lengths) expect([...text].length, text).toBeLessThanOrEqual(most)
    expect(manifest.bots[0].commandLists[0].commands.length).toBeLessThanOrEqual(10)
  })

  test('is the same for the same account, holds no secret, and needs a public address', () => {
    const [one, two] = [makeManifest(keys, hub), makeManifest(keys, hub)]
    expect(one.bytes).toEqual(two.bytes)
    expect(one.fileName).toBe('acme-support-teams.zip')
    for (const file of unpack(one.bytes).values()) expect(file.includes('a-secret')).toBe(false)
    expect(() => makeManifest(keys, { ...hub, publicUrl: 'http://127.0.0.1:3000' })).toThrow(/publicUrl/)
  })
})
