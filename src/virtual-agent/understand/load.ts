import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'

/** An intent as an admin teaches it: one file, one phrase a line. */
export type Intent = { readonly intent: string; readonly title: string; readonly phrases: readonly string[] }

const schema = z.strictObject({
  intent: z.string().regex(/^[a-z][a-z0-9_]*$/, 'must be lower-case letters, digits and _'),
  title: z.string().min(1),
  phrases: z.array(z.string().min(1)).min(5, 'at least five phrases are needed, twenty are good'),
})

/** Reads one phrase file, every phrase as it is typed (`yes`, `true` and `2` need no quotes); throws with file, line and what would be right. */
export const parseIntent = (file: string, text: string): Intent => {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, schema: 'failsafe' })
  const broken = document.errors[0]
  if (broken !== undefined) throw new Error(`${file}, line ${lines.linePos(broken.pos[0]).line}: ${broken.message.split('\n')[0]}`)
  const parsed = schema.safeParse(document.toJS())
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))
  const node = document.getIn(path, true) as { range?: readonly number[] } | undefined
  const line = lines.linePos(node?.range?.[0] ?? 0).line
  throw new Error(`${file}, line ${line}: ${path.join('.') || 'the file'}: ${issue.message}`)
}

/** Reads every `*.yaml` of a folder, in the order of their names. Throws on the first bad file and where two files teach one intent. */
export const loadIntents = async (folder: string): Promise<readonly Intent[]> => {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).sort()
  const intents = await Promise.all(files.map(async (name) => parseIntent(join(folder, name), await readFile(join(folder, name), 'utf8'))))
  const seen = new Map<string, string>()
  intents.forEach(({ intent }, index) => {
    const other = seen.get(intent)
    if (other !== undefined) throw new Error(`${join(folder, files[index]!)}: the intent "${intent}" is already taught by ${other}`)
    seen.set(intent, files[index]!)
  })
  return intents
}
