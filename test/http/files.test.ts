import { createHash, randomUUID } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { request as ask } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AccountId, type FileId, id } from '../../src/channel/index.ts'
import { HubError } from '../../src/http/errors.ts'
import { serveFiles, takeUploads } from '../../src/http/files.ts'
import type { Connection } from '../../src/store/connect.ts'
import { type FileStore, makeFileStore } from '../../src/store/file-store.ts'
import { openDatabase, openServer } from './support.ts'

const publicUrl = 'https://desk.example.org'
const start = new Date('2026-03-01T12:00:00.000Z')
const blockedTypes = ['exe', 'js', 'video/*', 'application/x-elf']
const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')
const pdf = Buffer.from('%PDF-1.7\n%âãÏÓ\nhello')
const mp3 = Buffer.concat([Buffer.from([0x49, 0x44, 0x33, 3, 0, 0, 0, 0, 0, 0, 0xff, 0xfb, 0x90, 0x44]), Buffer.alloc(4_000, 7)])

let connection: Connection
let directory: string
let files: FileStore
let app: FastifyInstance
let now = start

beforeAll(async () => {
  connection = await openDatabase()
  directory = await mkdtemp(join(tmpdir(), 'hub-files-'))
  files = makeFileStore({ db: connection.db, directory, now: () => now, secret: 'a-secret-for-links', publicUrl })
  app = openServer()
  await app.register(serveFiles, { files, now: () => now })
  await app.register(takeUploads, {
    path: '/api/chat/files',
    files,
    preHandler: async (request) => {
      if (request.headers.authorization === undefined) throw new HubError('HUB_SIGN_IN_NEEDED')
    },
    uploader: () => 'guest:1',
    rules: () => ({ maxBytes: 5_000, blockedTypes }),
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(async () => {
  await app.close()
  await connection.close()
  await rm(directory, { recursive: true })
})

const onDisk = async () => (await readdir(directory, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).length
const inTable = async () => (await connection.db.selectFrom('files').select('id').execute()).length
const keep = async (bytes: Uint8Array | AsyncIterable<Uint8Array>, name: string, declaredMime?: string, more: object = {}) => {
  const kept = await files.keep(bytes, { name, declaredMime, maxBytes: 5_000, blockedTypes, ...more })
  if (!kept.ok) throw new Error(kept.reason)
  return kept.file
}
const get = (link: string, headers: Record<string, string> = {}) => app.inject({ url: link.replace(publicUrl, ''), headers })
const upload = (payload: Buffer, name: string, headers: Record<string, string> = { 'content-type': 'application/octet-stream' }) =>
  app.inject({
    method: 'POST',
    url: `/api/chat/files?name=${encodeURIComponent(name)}`,
    headers: { authorization: 'Bearer x', ...headers },
    payload,
  })

describe('keeping a file', () => {
  test('remembers what it is, byte for byte, and where it belongs', async () => {
    const conversation = randomUUID()
    const file = await keep(Readable.from([png.subarray(0, 10), png.subarray(10)]), 'screen.png', 'image/png', {
      conversation,
      uploader: 'guest:1',
    })
    const sha256 = createHash('sha256').update(png).digest('hex')
    expect(file).toMatchObject({ name: 'screen.png', mime: 'image/png', bytes: png.length, sha256, conversation, uploader: 'guest:1' })
    expect(await files.find([file.id, file.id, 'no id', randomUUID()])).toEqual([file])
    const open = await files.open(file.id)
    expect(Buffer.concat(await open!.body.toArray())).toEqual(png)
  })

  test('takes web streams and bytes as well', async () => {
    expect((await keep(new Blob([pdf]).stream() as unknown as AsyncIterable<Uint8Array>, 'a.pdf')).bytes).toBe(pdf.length)
    expect((await keep(new Uint8Array(pdf), 'a.pdf')).mime).toBe('application/pdf')
  })

  const text = (words: string) => Buffer.from(words)
  const kinds: readonly (readonly [string, Buffer, string | undefined, string])[] = [
    ['a picture that is called a text', png, 'text/plain', 'image/png'],
    ['a text that is called a picture', text('hello'), 'image/png', 'text/plain'],
    ['a table', text('a;b\n1;2\n'), 'text/csv; charset=utf-8', 'text/csv'],
    ['a page', text('<!doctype html><script>alert(1)</script>'), 'text/html', 'text/html'],
    ['a page that is called a picture', text('<html><script>alert(1)</script>'), 'image/png', 'text/plain'],
    ['a drawing', text('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image/svg+xml', 'image/svg+xml'],
    ['a drawing with a declaration', text('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'), 'image/png', 'image/svg+xml'],
    [
      'a picture that is a page too',
      Buffer.concat([text('GIF89a/*'), text('<script>alert(1)</script>')]),
      'image/gif',
      'application/octet-stream',
    ],
    ['bytes that nobody knows', Buffer.from([1, 2, 3, 0, 255]), 'image/png', 'application/octet-stream'],
    ['bytes without a type', Buffer.from([1, 2, 3, 0, 255]), undefined, 'application/octet-stream'],
    ['a type that is none', text('hello'), 'x\r\nset-cookie: a=b', 'text/plain'],
    [
      'a voice note',
      Buffer.concat([Buffer.from('1a45dfa3a34286810142f7810142f2810442f381084282847765626d', 'hex'), Buffer.alloc(64)]),
      'audio/webm;codecs=opus',
      'audio/webm',
    ],
  ]
  test.each(kinds)('%s is what its bytes say', async (_, bytes, declared, mime) => {
    expect((await keep(bytes, 'thing', declared, { blockedTypes: [] })).mime).toBe(mime)
  })

  const names: readonly (readonly [string, string])[] = [
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\ada\\report.pdf', 'report.pdf'],
    ['photo\u202egpj.pdf', 'photogpj.pdf'],
    ['line\r\nbreak\u0000.txt', 'linebreak.txt'],
    ['a<b>:"c|?*.txt', 'a_b___c___.txt'],
    ['.htaccess', 'htaccess'],
    ['CON.txt', '_CON.txt'],
    ['Anleitung Zürich – 日本.pdf', 'Anleitung Zürich – 日本.pdf'],
    ['   ', 'file'],
    ['..', 'file'],
    [`${'x'.repeat(400)}.tar`, `${'x'.repeat(116)}.tar`],
  ]
  test.each(names)('%j is kept as %j', async (given, kept) => {
    expect((await keep(text('hello'), given)).name).toBe(kept)
  })

  test('stops at the first byte too many, and leaves nothing behind', async () => {
    const before = [await onDisk(), await inTable()]
    let given = 0
    async function* endless() {
      for (;;) {
        given++
        yield Buffer.alloc(1_000, 1)
      }
    }
    expect(await files.keep(endless(), { name: 'big.bin', maxBytes: 5_000 })).toEqual({ ok: false, reason: 'too-large' })
    expect(given).toBeLessThan(200)
    expect(await files.keep(Buffer.alloc(5_001), { name: 'big.bin', maxBytes: 5_000 })).toMatchObject({ ok: false })
    expect(await files.keep(Readable.from([]), { name: 'empty.txt', maxBytes: 5_000 })).toEqual({ ok: false, reason: 'empty' })
    async function* broken() {
      yield Buffer.alloc(10, 1)
      throw new Error('the line was cut')
    }
    await expect(files.keep(broken(), { name: 'half.bin', maxBytes: 5_000 })).rejects.toThrow('the line was cut')
    expect([await onDisk(), await inTable()]).toEqual(before)
    expect((await files.keep(Buffer.alloc(5_000, 1), { name: 'just.bin', maxBytes: 5_000 })).ok).toBe(true)
  })

  const blocked: readonly (readonly [string, Buffer, string, string | undefined])[] = [
    ['by its ending', text('hello'), 'virus.EXE', undefined],
    ['by an ending that Windows would find', text('hello'), 'virus.exe. ', undefined],
    ['by what was declared', text('hello'), 'film', 'video/mp4'],
    ['by its first bytes under another name', Buffer.concat([text('MZ'), Buffer.alloc(200)]), 'holiday.jpg', 'image/jpeg'],
    ['by the type of its first bytes', Buffer.concat([text('\x7fELF'), Buffer.alloc(200)]), 'notes.txt', 'text/plain'],
    [
      'by a family of types',
      Buffer.concat([Buffer.from('0000001866747970', 'hex'), text('isom0000isommp41'), Buffer.alloc(64)]),
      'a.txt',
      'text/plain',
    ],
  ]
  test.each(blocked)('refuses a blocked type %s', async (_, bytes, name, declaredMime) => {
    const before = [await onDisk(), await inTable()]
    expect(await files.keep(bytes, { name, declaredMime, maxBytes: 5_000, blockedTypes })).toEqual({ ok: false, reason: 'blocked' })
    expect([await onDisk(), await inTable()]).toEqual(before)
  })

  test('is part of the first conversation that uses it, and is gone when it is removed', async () => {
    const file = await keep(pdf, 'a.pdf')
    const [first, second] = [randomUUID(), randomUUID()]
    await files.attach([file.id, 'no id'], first)
    await files.attach([file.id], second)
    expect((await files.find([file.id]))[0]?.conversation).toBe(first)
    await files.remove(file.id)
    expect(await files.open(file.id)).toBeUndefined()
    expect(await files.find([file.id])).toEqual([])
    await files.remove(file.id)
  })

  test('remembers for each account what the platform called it', async () => {
    const of = (account: string) => files.forAccount('telegram', id<AccountId>(account))
    const file = id<FileId>((await keep(pdf, 'a.pdf')).id)
    expect(await of('main').remembered(file)).toBeUndefined()
    await of('main').remember(file, { fileId: 'A' })
    await of('main').remember(file, ['B', null])
    expect(await of('main').remembered(file)).toEqual(['B', null])
    expect(await of('other').remembered(file)).toBeUndefined()
    await of('main').remember(id<FileId>(randomUUID()), 'nothing')
    const { body, ...about } = await of('main').open(file)
    expect(about).toEqual({ mime: 'application/pdf', name: 'a.pdf', bytes: pdf.length })
    expect(Buffer.from(await new Response(body).arrayBuffer())).toEqual(pdf)
    await expect(of('main').open(id<FileId>(randomUUID()))).rejects.toThrow('is gone')
    expect(await of('main').link(file, 60)).toMatch(
      /^https:\/\/desk\.example\.org\/files\/[0-9a-f-]{36}\/a\.pdf\?until=\d+&signature=[\w-]{43}$/,
    )
  })

  test('is linked for platforms under a name that ends as its type does', async () => {
    const linked = async (name: string) => {
      const file = id<FileId>((await keep(png, name, 'image/png')).id)
      const url = await files.forAccount('viber', id<AccountId>('main')).link(file, 60)
      expect((await get(url)).rawPayload).toEqual(png)
      return decodeURIComponent(new URL(url).pathname.split('/').at(-1)!)
    }
    expect(await linked('screen.PNG')).toBe('screen.PNG')
    expect(await linked('Скрін 1.5')).toBe('Скрін 1.5.png')
  })
})

describe('a link', () => {
  test('gives a picture to look at, and to nobody else’s script', async () => {
    const file = await keep(png, 'Bild "Zürich" 100%.png', 'image/png')
    const answer = await get(files.link(file.id, 600, file.name))
    expect(answer.statusCode).toBe(200)
    expect(answer.rawPayload).toEqual(png)
    expect(answer.headers).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(png.length),
      'content-disposition': `inline; filename="Bild _Z_rich_ 100_.png"; filename*=UTF-8''Bild%20_Z%C3%BCrich_%20100%25.png`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringMatching(/default-src 'none'.*; sandbox$/),
      'referrer-policy': 'no-referrer',
      'cache-control': 'private, max-age=600, immutable',
    })
    expect((await get(files.link(file.id, 600), { 'if-none-match': String(answer.headers.etag) })).statusCode).toBe(304)
  })

  test.each([
    ['a page', 'text/html', '<!doctype html><script>alert(1)</script>'],
    ['a drawing', 'image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['a picture that is a page too', 'image/gif', 'GIF89a/*<script>alert(1)</script>'],
    ['a document', 'application/pdf', '%PDF-1.7'],
    ['a text', 'text/plain', 'hello'],
  ])('gives %s to save, never to open', async (_, mime, words) => {
    const { id: file } = await keep(Buffer.from(words), 'thing', mime)
    const { headers } = await get(files.link(file, 600))
    expect(headers['content-disposition']).toMatch(/^attachment;/)
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['content-security-policy']).toMatch(/sandbox/)
  })

  test('that is altered, old, for another file or for none is refused', async () => {
    const [one, two] = [await keep(pdf, 'one.pdf'), await keep(pdf, 'two.pdf')]
    const link = files.link(one.id, 600)
    const until = /until=(\d+)/.exec(link)![1]!
    const wrong = [
      link.replace(one.id, two.id),
      link.replace(`until=${until}`, `until=${Number(until) + 1}`),
      link.replace(/signature=.*/, ''),
      link.replace(/signature=.*/, 'signature='),
      link.replace(/\?.*/, ''),
      `${link}&until=9999999999`,
      `${link}x`,
      `${link.slice(0, -1)}`,
    ]
    for (const altered of wrong) expect((await get(altered)).json().error.code, altered).toBe('HUB_LINK_INVALID')
    expect((await get(link.replace('/file?', '/any%20other%20name?'))).statusCode).toBe(200)
    now = new Date(Number(until) * 1_000 - 1)
    expect((await get(link)).statusCode).toBe(200)
    now = new Date(Number(until) * 1_000)
    const late = await get(link)
    expect([late.statusCode, late.json().error.code]).toEqual([410, 'HUB_LINK_EXPIRED'])
    now = start
    await files.remove(one.id)
    expect((await get(link)).statusCode).toBe(404)
  })

  test('holds as long as it was asked for, at most a quarter longer, and is the same when the page is read again', () => {
    const file = randomUUID()
    for (const seconds of [1, 7, 60, 3_600, 86_400]) {
      const until = Number(/until=(\d+)/.exec(files.link(file, seconds))![1]) - start.getTime() / 1_000
      expect(until).toBeGreaterThanOrEqual(seconds)
      expect(until).toBeLessThanOrEqual(seconds * 1.25)
    }
    now = new Date(start.getTime() + 20_000)
    const later = files.link(file, 3_600)
    now = new Date(start.getTime() + 30_000)
    expect(files.link(file, 3_600)).toBe(later)
    now = start
  })

  test('lets a player ask for a part', async () => {
    const file = await keep(mp3, 'hello.mp3', 'audio/mpeg')
    const link = files.link(file.id, 600)
    const part = async (range: string, more: Record<string, string> = {}) => {
      const { statusCode, headers, rawPayload } = await get(link, { range, ...more })
      return { statusCode, range: headers['content-range'], bytes: rawPayload, length: headers['content-length'] }
    }
    const total = mp3.length
    expect(await part('bytes=0-9')).toEqual({ statusCode: 206, range: `bytes 0-9/${total}`, bytes: mp3.subarray(0, 10), length: '10' })
    expect(await part('bytes=4000-')).toMatchObject({
      statusCode: 206,
      range: `bytes 4000-${total - 1}/${total}`,
      bytes: mp3.subarray(4_000),
    })
    expect(await part('bytes=-5')).toMatchObject({ statusCode: 206, bytes: mp3.subarray(-5) })
    expect(await part('bytes=10-99999')).toMatchObject({ statusCode: 206, bytes: mp3.subarray(10) })
    expect(await part(`bytes=${total}-`)).toMatchObject({ statusCode: 416, range: `bytes */${total}` })
    expect(await part('bytes=-0')).toMatchObject({ statusCode: 416 })
    for (const odd of ['bytes=9-3', 'bytes=0-1,5-6', 'lines=1-2', 'bytes=-', 'bytes=x-y'])
      expect(await part(odd), odd).toMatchObject({ statusCode: 200, bytes: mp3 })
    expect(await part('bytes=0-9', { 'if-range': '"another"' })).toMatchObject({ statusCode: 200 })
    expect(await part('bytes=0-9', { 'if-range': `"${file.sha256}"` })).toMatchObject({ statusCode: 206 })
    const head = await app.inject({ method: 'HEAD', url: link.replace(publicUrl, '') })
    expect([head.statusCode, head.headers['content-length'], head.body]).toEqual([200, String(total), ''])
  })
})

describe('an upload', () => {
  test('is answered with the file as it was kept, and a link to it', async () => {
    const answer = await upload(png, 'Bildschirm ä.png', { 'content-type': 'image/png' })
    expect(answer.statusCode).toBe(200)
    const view = answer.json()
    expect(view).toEqual({
      id: expect.any(String),
      name: 'Bildschirm ä.png',
      mime: 'image/png',
      bytes: png.length,
      link: expect.any(String),
    })
    expect((await get(view.link)).rawPayload).toEqual(png)
    expect((await files.find([view.id]))[0]).toMatchObject({ uploader: 'guest:1', conversation: null })
  })

  test('of JSON, text or a form is taken as bytes like any other', async () => {
    for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
      expect((await upload(Buffer.from('{"broken'), 'a.txt', { 'content-type': type })).json(), type).toMatchObject({
        bytes: 8,
        mime: expect.any(String),
      })
    expect((await upload(Buffer.from('hello'), 'a.txt', {})).statusCode).toBe(200)
  })

  test('that is too large, blocked, empty or nameless is refused in the hub’s words', async () => {
    const code = async (answer: ReturnType<typeof upload>) => {
      const { statusCode, json } = await answer
      return [statusCode, json().error.code]
    }
    expect(await code(upload(Buffer.alloc(5_001, 1), 'a.bin'))).toEqual([413, 'HUB_FILE_TOO_LARGE'])
    expect(await code(upload(Buffer.from('MZ'), 'a.exe'))).toEqual([415, 'HUB_FILE_TYPE_BLOCKED'])
    expect(await code(upload(Buffer.alloc(0), 'a.txt'))).toEqual([422, 'HUB_FILE_EMPTY'])
    for (const name of ['', '   ', 'x'.repeat(1_001)]) expect(await code(upload(png, name))).toEqual([400, 'HUB_BAD_REQUEST'])
    const stranger = app.inject({
      method: 'POST',
      url: '/api/chat/files?name=a.png',
      headers: { 'content-type': 'image/png' },
      payload: png,
    })
    expect(await code(stranger as ReturnType<typeof upload>)).toEqual([401, 'HUB_SIGN_IN_NEEDED'])
  })

  test('that lies about its length is refused over a real connection, which still carries the answer', async () => {
    const before = await onDisk()
    const { port } = app.server.address() as AddressInfo
    const answer = await new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      const headers = { authorization: 'Bearer x', 'content-type': 'application/octet-stream', 'transfer-encoding': 'chunked' }
      const call = ask({ host: '127.0.0.1', port, method: 'POST', path: '/api/chat/files?name=a.bin', headers }, (response) => {
        let body = ''
        response.on('data', (chunk) => (body += chunk))
        response.on('end', () => resolve({ status: response.statusCode, body }))
      })
      call.on('error', reject)
      for (let sent = 0; sent < 40; sent++) call.write(Buffer.alloc(16_384, 1))
      call.end()
    })
    expect(answer.status).toBe(413)
    expect(JSON.parse(answer.body).error.code).toBe('HUB_FILE_TOO_LARGE')
    expect(await onDisk()).toBe(before)
  })

  test('that is broken off leaves nothing behind', async () => {
    const before = [await onDisk(), await inTable()]
    const { port } = app.server.address() as AddressInfo
    await new Promise<void>((resolve) => {
      const headers = { authorization: 'Bearer x', 'content-type': 'image/png', 'content-length': 4_000 }
      const call = ask({ host: '127.0.0.1', port, method: 'POST', path: '/api/chat/files?name=a.png', headers })
      call.on('error', () => resolve())
      call.write(png, () => setTimeout(() => call.destroy(), 50))
    })
    await expect.poll(async () => [await onDisk(), await inTable()]).toEqual(before)
  })
})
