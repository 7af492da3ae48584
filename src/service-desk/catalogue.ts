import { readFile } from 'node:fs/promises'
import { LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import type { Catalogue } from '../core/service-desk.ts'
import { catalogueSchema, KEYS, VALUES } from './catalogue-schema.ts'
import { nearest } from './nearest.ts'

type Path = readonly (string | number)[]
/** Approvers that belong to nobody: addresses in the domains that are kept for examples (RFC 2606). Nothing that needs them is ever approved. */
export const sampleApprovers = ({ items }: Catalogue): readonly string[] => [
  ...new Set(items.flatMap(({ approvals }) => approvals.flatMap(({ approvers }) => approvers)).filter((address) => SAMPLE.test(address))),
]
const SAMPLE = /[@.]example\.(?:com|org|net)$/i

type Place = { readonly file: string; readonly data: unknown; readonly lineOf: (path: Path) => number }

/** Reads the catalogue of requests. Throws with everything that is wrong in it, a line each: file, line, key, what was expected and what is there. */
export const loadCatalogue = async (file: string): Promise<Catalogue> => readCatalogue(file, await readFile(file, 'utf8'))

/** `file` is only said in errors. */
export const readCatalogue = (file: string, text: string): Catalogue => {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, schema: 'failsafe', prettyErrors: false })
  if (document.errors.length > 0)
    throw new Error(document.errors.map(({ message, pos }) => `${file}, line ${lines.linePos(pos[0]).line}: ${message}`).join('\n'))
  const data: unknown = document.toJS({ maxAliasCount: 100 })
  const parsed = catalogueSchema.safeParse(data)
  if (parsed.success) return parsed.data
  const lineOf = (path: Path): number => {
    for (let depth = path.length; depth > 0; depth -= 1) {
      const node = document.getIn(path.slice(0, depth), true) as { readonly range?: readonly number[] } | undefined
      if (node?.range) return lines.linePos(node.range[0]!).line
    }
    return 1
  }
  const problems = parsed.error.issues.flatMap((issue) => sentences(issue, { file, data, lineOf }))
  throw new Error(
    problems
      .toSorted((one, other) => one.line - other.line)
      .map(({ said }) => said)
      .join('\n'),
  )
}

const sentences = (issue: z.core.$ZodIssue, { file, data, lineOf }: Place): readonly { readonly line: number; readonly said: string }[] => {
  const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)))
  const say = (at: Path, words: string) => {
    const line = lineOf(at)
    return { line, said: `${file}, line ${line}: ${written(at) || 'the file'}: ${words}` }
  }
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => {
      const known = KEYS[general(path)] ?? []
      const meant = nearest(key, known)
      const hint = meant === undefined ? `the keys here are ${known.join(', ')}` : `did you mean ${meant}?`
      return say([...path, key], `expected no such key; ${hint}`)
    })
  const value = path.reduce<unknown>((inside, step) => (inside as { readonly [step: string]: unknown } | undefined)?.[step], data)
  const meant = typeof value === 'string' ? nearest(value, VALUES[general(path)] ?? []) : undefined
  return [say(path, `expected ${issue.message}, found ${shown(value)}${meant === undefined ? '' : `; did you mean ${meant}?`}`)]
}

const written = (path: Path): string =>
  path.reduce<string>((all, step) => (typeof step === 'number' ? `${all}[${step}]` : all === '' ? step : `${all}.${step}`), '')
const general = (path: Path): string => written(path.map((step) => (typeof step === 'number' ? 0 : step))).replaceAll('[0]', '[]')

const shown = (value: unknown): string => {
  if (value === undefined || value === null || value === '') return 'nothing'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`
  if (typeof value === 'object') return 'keys with values'
  const text = String(value)
  return text.length > 60 ? `a text of ${text.length} characters` : `"${text}"`
}
