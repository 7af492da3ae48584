import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const template = join(import.meta.dirname, 'channel-template')

/** Copies the anatomy of a channel to `adapters/<name>` and returns the new files. Throws a sentence where the name is no name or is taken. */
export function newChannel(name: string, adapters: string): readonly string[] {
  if (!/^[a-z][a-z0-9]{1,19}$/.test(name))
    throw new Error(`A channel is named with 2 to 20 small letters and digits, not ${JSON.stringify(name)}.`)
  const folder = join(adapters, name)
  if (existsSync(folder)) throw new Error(`adapters/${name} is there already.`)
  const title = name[0]!.toUpperCase() + name.slice(1)
  const files = readdirSync(template, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files.map((entry) => {
    const from = join(entry.parentPath, entry.name)
    const to = join(folder, from.slice(template.length + 1))
    const text = readFileSync(from, 'utf8')
      .replaceAll("'../../channel/", "'../../src/channel/")
      .replaceAll(/\bexample(?!\.org)(?=\b|-)/g, name)
    mkdirSync(dirname(to), { recursive: true })
    writeFileSync(to, text.replaceAll(/\bExample(?=\b|Config)/g, title))
    return to
  })
}
