import type { AdapterDeps } from '../channel/index.ts'

const noFiles = (): never => {
  throw new Error('A tool sends no files.')
}

/** What an adapter gets from a tool: the network, a clock and stderr; no files and no pages. */
export const makeToolDeps = (): AdapterDeps => ({
  fetch: globalThis.fetch,
  now: () => new Date(),
  log: { info: () => undefined, warn: (fields, text) => process.stderr.write(`${text} ${JSON.stringify(fields)}\n`) },
  files: { open: async () => noFiles(), link: async () => noFiles(), remembered: async () => undefined, remember: async () => undefined },
  live: { publish: async () => undefined },
})
