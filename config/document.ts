import { readFileSync } from 'node:fs'
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseAllDocuments } from 'yaml'
import type { Problem } from './problem.ts'

/** Keys and list indexes from the root of a document to one place in it. */
export type Path = readonly (string | number)[]
export type Position = { readonly line: number; readonly column: number }

/** A YAML file as plain data that still knows where each thing stood. */
export type Document = {
  readonly data: unknown
  /** Where the value is; of the nearest thing around it where it is not there. `key`: where its key is. */
  position(path: Path, at?: 'value' | 'key'): Position
}

/** `hub.teams[0].name` */
export const written = (path: Path): string =>
  path.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`)).join('')

type Read =
  | { readonly document: Document; readonly problems: readonly Problem[] }
  | { readonly document?: undefined; readonly problems: readonly Problem[] }

/** Reads a file of settings; whatever keeps it from being read is said in words that do not quote the file. */
export function readDocument(file: string): Read {
  const refuse = (problem: Omit<Problem, 'file'>): Read => ({ problems: [{ file, ...problem }] })
  let bytes: Uint8Array
  try {
    bytes = readFileSync(file)
  } catch (error) {
    return refuse(unreadable(error))
  }
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return refuse({ code: 'file', found: 'UTF-16 text', expected: 'UTF-8 text', hint: 'Save the file again with the encoding UTF-8.' })
  }
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return refuse({
      code: 'file',
      found: 'bytes that are not UTF-8',
      expected: 'UTF-8 text',
      hint: 'Save the file again with the encoding UTF-8.',
    })
  }
  if (text.includes('\0')) return refuse({ code: 'file', found: 'a binary file', expected: 'UTF-8 text' })
  if (text.trim() === '') {
    return refuse({ code: 'file', found: 'an empty file', expected: '`hub:` and `channels:`', hint: 'Start from config/hub.example.yaml.' })
  }
  return parse(file, text)
}

function unreadable(error: unknown): Omit<Problem, 'file'> {
  const reason = (error as NodeJS.ErrnoException).code
  switch (reason) {
    case 'ENOENT':
      return {
        code: 'file',
        found: 'no such file',
        hint: 'HUB_CONFIG names the configuration file; without it, it is config/hub.yaml in the folder the hub is started in.',
      }
    case 'EISDIR':
      return { code: 'file', found: 'a folder', expected: 'a file', hint: 'HUB_CONFIG names the file itself.' }
    case 'EACCES':
    case 'EPERM':
      return { code: 'file', found: 'a file that the user of this process may not read', hint: 'Give that user the right to read it.' }
    default:
      return { code: 'file', found: `a file that cannot be read (${reason ?? 'unknown reason'})` }
  }
}

function parse(file: string, text: string): Read {
  const lines = new LineCounter()
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, strict: true })
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  if (!Array.isArray(documents) || documents.length === 0) {
    return { problems: [{ file, code: 'file', found: 'nothing but comments', expected: '`hub:` and `channels:`' }] }
  }
  const [document, second] = documents
  const errors = documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])
  if (errors.length > 0) {
    const atEnd = (offset: number) => text.slice(offset).trim() === ''
    return {
      problems: errors.map(({ code, pos }) => ({
        file,
        ...at(pos[0]),
        ...syntax(atEnd(pos[0]) ? 'MISSING_CHAR' : code, keyAround(text, pos[0])),
      })),
    }
  }
  if (second) {
    const problem = { code: 'syntax', found: 'a second document after `---`', expected: 'one document' } as const
    return { problems: [{ file, ...at(second.range[0]), ...problem }] }
  }
  let data: unknown
  try {
    data = document!.toJS()
  } catch (error) {
    const endless = error instanceof ReferenceError && error.message.startsWith('Excessive')
    const found = endless ? 'aliases that unfold to far too much' : 'a value that starts with * but names no anchor'
    return { problems: [{ file, code: 'syntax', found, expected: endless ? 'plain values' : 'quotes around it' }] }
  }
  const resolve = (node: unknown): unknown => (isAlias(node) ? node.resolve(document!) : node)
  const position = (path: Path, which: 'value' | 'key' = 'value'): Position => {
    let node: unknown = document!.contents
    let offset = start(node) ?? 0
    for (const [depth, step] of path.entries()) {
      const inside = resolve(node)
      const pair: Pair | undefined = isMap(inside)
        ? inside.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
        : undefined
      const child = pair ? pair.value : isSeq(inside) ? inside.items[Number(step)] : undefined
      if (pair && ((which === 'key' && depth === path.length - 1) || start(child) === undefined)) return at(start(pair.key) ?? offset)
      if (child === undefined || child === null) break
      offset = start(child) ?? offset
      node = child
    }
    return at(offset)
  }
  return { document: { data, position }, problems: [] }
}

const start = (node: unknown): number | undefined => (node as Node | null | undefined)?.range?.[0]

/** The key that a broken line begins with, where it has one; never what comes after the colon. */
function keyAround(text: string, offset: number): string | undefined {
  const from = text.lastIndexOf('\n', offset - 1) + 1
  return /^[\s-]*([A-Za-z][\w-]{0,60})\s*:/.exec(text.slice(from, from + 200))?.[1]
}

/** Our own words: the parser's may quote the file, and with it a secret. */
function syntax(code: string, key: string | undefined): Omit<Problem, 'file'> {
  const base = { code: 'syntax', ...(key !== undefined && { key }) } as const
  switch (code) {
    case 'TAB_AS_INDENT':
      return { ...base, found: 'a tab at the start of the line', expected: 'spaces', hint: 'YAML is indented with spaces only.' }
    case 'DUPLICATE_KEY':
      return { ...base, found: 'the same key a second time', expected: 'each key once', hint: 'Keep one of the two.' }
    case 'BAD_INDENT':
    case 'BLOCK_IN_FLOW':
    case 'BAD_PROP_ORDER':
      return { ...base, found: 'a line that is indented by too much or too little', expected: 'the indentation of its neighbours' }
    case 'MISSING_CHAR':
      return { ...base, found: 'something left open', expected: 'a closing quote or bracket, or a colon and a space after the key' }
    case 'MULTILINE_IMPLICIT_KEY':
    case 'BLOCK_AS_IMPLICIT_KEY':
      return {
        ...base,
        found: 'a line that is not `key: value`',
        expected: '`key: value`',
        hint: 'Put values that contain ": " into quotes.',
      }
    case 'BAD_SCALAR_START':
      return { ...base, found: 'a value that starts with a sign of YAML', expected: 'quotes around values that start with @, `, % or |' }
    case 'BAD_DQ_ESCAPE':
      return { ...base, found: 'a backslash that means nothing', expected: 'single quotes around values with backslashes' }
    case 'BAD_ALIAS':
      return { ...base, found: 'a value that starts with * but names no anchor', expected: 'quotes around it' }
    case 'TAG_RESOLVE_FAILED':
      return {
        ...base,
        found: 'a tag (a word that starts with !)',
        expected: 'a plain value',
        hint: 'Put values that start with ! into quotes.',
      }
    default:
      return { ...base, found: 'something that is not YAML', hint: 'Compare with config/hub.example.yaml.' }
  }
}
