import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import { type Configuration, loadConfiguration } from '../../config/load.ts'
import type { Problem } from '../../config/problem.ts'
import type { AdapterDefinition } from '../../src/channel/index.ts'

const secret = z.string().min(4).meta({ secret: true })
const unused = () => {
  throw new Error('Reading the configuration makes no adapter.')
}
const definition = (name: string, config: z.ZodType): AdapterDefinition => ({
  name,
  title: name,
  source: name,
  config,
  capabilities: unused,
  create: unused,
})

/** Two made-up channels that have every shape of key a real one has. */
export const definitions: readonly AdapterDefinition[] = [
  definition(
    'pigeon',
    z
      .strictObject({
        token: secret.describe('The ring on its leg.'),
        verify: z.union([secret, z.array(secret).min(1)]).optional(),
        mode: z.enum(['loft', 'field']).default('loft'),
        apiUrl: z.url().default('https://api.pigeon.example'),
        allowedServiceUrls: z.array(z.url()).default([]),
        limits: z.strictObject({ perHour: z.int().min(1).default(10) }).optional(),
      })
      .superRefine((keys, context) => {
        if (keys.mode === 'field' && !keys.verify) context.addIssue({ code: 'custom', path: ['verify'], message: 'is needed in the field' })
      }),
  ),
  definition(
    'smoke',
    z.discriminatedUnion('transport', [
      z.strictObject({ transport: z.literal('fire'), wood: secret }),
      z.strictObject({ transport: z.literal('cloud'), colour: z.string().optional() }),
    ]),
  ),
  definition('loose', z.object({ word: z.string().optional() })),
]

/** A folder that is gone after the test, with these files in it. */
export function folderWith(files: { readonly [name: string]: string | Uint8Array }): string {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-config-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  return folder
}

type Variables = { readonly [name: string]: string }

/** What the loader says to this file; nothing of the machine's own environment is seen. */
export function load(yaml: string | Uint8Array, variables: Variables = {}, files: Variables = {}) {
  const folder = folderWith({ 'hub.yaml': yaml, ...files })
  return loadConfiguration(definitions, { HUB_CONFIG: join(folder, 'hub.yaml'), ...variables })
}

/** The problems, without the folder's name; fails where there are none. */
export function problems(yaml: string | Uint8Array, variables: Variables = {}): readonly Problem[] {
  const loaded = load(yaml, variables)
  if (loaded.ok) throw new Error('This configuration was taken, though it should not have been.')
  return loaded.problems.map((problem) => ({ ...problem, ...(problem.file && { file: 'hub.yaml' }) }))
}

/** The configuration; fails with all problems where it was refused. */
export function taken(yaml: string, variables: Variables = {}, files: Variables = {}): Configuration {
  const loaded = load(yaml, variables, files)
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems, null, 2))
  return loaded.configuration
}
