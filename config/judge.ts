import type { z } from 'zod'
import { type Document, type Path, written } from './document.ts'
import type { Expanded } from './expand.ts'
import type { Key } from './keys.ts'
import { nearest } from './nearest.ts'
import type { Problem } from './problem.ts'

type Issue = z.core.$ZodIssue
type Subject = {
  readonly file: string
  readonly document: Document
  readonly expanded: Expanded
  /** Where the judged value stands in the document, and which keys may be in it. */
  readonly base: Path
  readonly keys: readonly Key[]
  /** Keys that belong to the frame around it, and are judged there. */
  readonly besides?: readonly string[]
}

/** What a schema has against a value, as problems with places; unknown keys are looked for here, whether the schema is strict or not. */
export function judge(subject: Subject, value: unknown, issues: readonly Issue[]): readonly Problem[] {
  const unknown = unknownKeys(subject, value, '', subject.base)
  const meant = new Set(unknown.map(({ meant }) => meant))
  const told = new Set(unknown.map(({ problem }) => problem.key))
  const rest = issues
    .flatMap((issue) => fromIssue(subject, issue, meant))
    .filter((problem) => problem.code !== 'unknown-key' || !told.has(problem.key))
  return [...unknown.map(({ problem }) => problem), ...rest]
}

/** `[0]` becomes `[]`: the path as the list of keys has it. */
const general = (path: Path): string => written(path.map((step) => (typeof step === 'number' ? 0 : step))).replaceAll('[0]', '[]')

type Unknown = { readonly problem: Problem; readonly meant: string | undefined }

function unknownKeys(subject: Subject, value: unknown, prefix: string, path: Path): readonly Unknown[] {
  if (Array.isArray(value)) return value.flatMap((entry, index) => unknownKeys(subject, entry, prefix, [...path, index]))
  if (typeof value !== 'object' || value === null) return []
  const inside = subject.keys.filter((key) => key.path.startsWith(prefix) && !/[.[]/.test(key.path.slice(prefix.length)))
  if (inside.length === 0) return []
  return Object.entries(value).flatMap(([name, entry]): readonly Unknown[] => {
    const key = inside.find((candidate) => candidate.path === prefix + name)
    const place = [...path, name]
    if (!key)
      return [
        {
          ...unknownKey(
            subject,
            place,
            inside.map((candidate) => candidate.path.slice(prefix.length)),
          ),
        },
      ]
    const deeper = `${key.path}${Array.isArray(entry) ? '[]' : ''}.`
    return key.holds === 'anything' ? [] : unknownKeys(subject, entry, deeper, place)
  })
}

function unknownKey(subject: Subject, place: Path, known: readonly string[]): Unknown {
  const candidate = nearest(String(place.at(-1)), known)
  const hint = candidate ? `Did you mean \`${candidate}\`?` : `The keys here are ${[...(subject.besides ?? []), ...known].join(', ')}.`
  const problem = { code: 'unknown-key', ...locate(subject, place, 'key'), found: 'a key that is not known', hint } as const
  return { problem, meant: candidate && written([...place.slice(0, -1), candidate]) }
}

const locate = ({ file, document }: Subject, path: Path, at: 'value' | 'key' = 'value') => ({
  file,
  ...document.position(path, at),
  key: written(path),
})

function fromIssue(subject: Subject, issue: Issue, meant: ReadonlySet<string | undefined>): readonly Problem[] {
  const relative = issue.path.map((step) => (typeof step === 'number' ? step : String(step)))
  const path = [...subject.base, ...relative]
  if (subject.expanded.broken.has(JSON.stringify(path))) return []
  if (issue.code === 'unrecognized_keys') return issue.keys.map((name) => misplaced(subject, [...path, name]))
  const nested = issue.code === 'invalid_union' ? bestBranch(issue.errors) : undefined
  if (nested) return nested.flatMap((inner) => fromIssue(subject, { ...inner, path: [...issue.path, ...inner.path] }, meant))
  const value = valueAt(subject.expanded.data, path)
  const key = subject.keys.find((candidate) => candidate.path === general(relative))
  const absent = value === undefined || value === null
  if (absent && meant.has(written(path))) return []
  const expected = expectation(issue, key)
  const hint = [expected.rule && `It ${expected.rule}.`, key?.help].filter(Boolean).join(' ')
  return [
    {
      code: absent ? 'missing' : 'invalid',
      ...locate(subject, path),
      found: shown(value, path, subject, key),
      ...(expected.value && { expected: expected.value }),
      ...(hint && { hint }),
    },
  ]
}

/** A key that exists, but not together with the others that are there. */
function misplaced(subject: Subject, path: Path): Problem {
  const known = subject.keys.some((key) => key.path === general(path.slice(subject.base.length)))
  return {
    code: 'unknown-key',
    ...locate(subject, path, 'key'),
    found: known ? 'a key that does not go with the others here' : 'a key that is not known',
  }
}

/** Of alternatives, the one that got furthest: where a key in it is wrong, the value was meant to be that one. */
function bestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const inside = branches.filter(
    (issues) => issues.length > 0 && issues.every((issue) => issue.path.length > 0 || issue.code === 'unrecognized_keys'),
  )
  return inside.toSorted((one, other) => one.length - other.length)[0]
}

function valueAt(data: unknown, path: Path): unknown {
  let value = data
  for (const step of path)
    value = typeof value === 'object' && value !== null ? (value as { readonly [key: string]: unknown })[step] : undefined
  return value
}

/** A value as an error may repeat it: what is or may be a secret is only named by its kind. */
function shown(value: unknown, path: Path, { expanded, keys, base }: Subject, key: Key | undefined): string {
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object') return 'keys'
  const asWritten = expanded.filled.get(JSON.stringify(path))
  const holder = keys.find((candidate) => candidate.path === general(path.slice(base.length)).replace(/\[\]$/, ''))
  if (typeof value !== 'string') return key?.secret || holder?.secret ? `a ${typeof value}` : String(value)
  if (asWritten !== undefined) return `what ${asWritten} stands for`
  const mayBeSecret =
    key?.secret || holder?.secret || value.length > 60 || /^(?=.*\d)(?=.*[A-Za-z])[\w:+/=.-]{16,}$/.test(value) || /:\/\/[^/]*@/.test(value)
  return mayBeSecret ? `a text of ${value.length} characters` : JSON.stringify(value)
}

const madeByZod = /^(Invalid|Too (small|big)|Unrecognized|Required|Expected)/

/** What would be right: as a thing (`a whole number`) or, where a schema's author wrote it so, as a rule (`must look like …`). */
function expectation(issue: Issue, key: Key | undefined): { readonly value?: string; readonly rule?: string } {
  const { message } = issue
  if (!message || madeByZod.test(message)) return { value: expectedValue(issue, key) }
  if (message.startsWith('must be ')) return { value: message.slice('must be '.length) }
  return /^(must|is|has|needs|may) /.test(message) ? { rule: message } : { value: message }
}

function expectedValue(issue: Issue, key: Key | undefined): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeNames[issue.expected] ?? key?.type ?? issue.expected
    case 'invalid_value':
      return oneOf(issue.values.map(String))
    case 'too_small':
      return bound('at least', issue.origin, Number(issue.minimum), issue.inclusive === false)
    case 'too_big':
      return bound('at most', issue.origin, Number(issue.maximum), issue.inclusive === false)
    case 'not_multiple_of':
      return `a multiple of ${issue.divisor}`
    case 'invalid_format':
      return formats[issue.format] ?? 'a value of another form'
    case 'invalid_union':
      return issue.errors.length === 0
        ? oneOf((key?.type ?? 'another value').split(' | '))
        : oneOf(issue.errors.flat().map((inner) => expectation(inner, undefined).value ?? inner.message))
    case 'invalid_key':
    case 'invalid_element':
    case 'unrecognized_keys':
    case 'custom':
      return key?.type ?? 'another value'
  }
}

const oneOf = (values: readonly string[]): string => {
  const all = [...new Set(values)]
  return all.length < 2 ? String(all[0] ?? 'another value') : `${all.slice(0, -1).join(', ')} or ${all.at(-1)}`
}

function bound(word: string, origin: string, limit: number, exclusive: boolean): string {
  const edge = `${exclusive ? (word === 'at least' ? 'more than' : 'less than') : word} ${limit}`
  switch (origin) {
    case 'string':
      return `a text of ${edge} character${limit === 1 ? '' : 's'}`
    case 'array':
    case 'set':
      return `a list of ${edge} ${limit === 1 ? 'entry' : 'entries'}`
    default:
      return `a number of ${edge}`
  }
}

const typeNames: { readonly [type: string]: string } = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys with values',
  record: 'keys with values',
}

const formats: { readonly [format: string]: string } = {
  url: 'a URL such as https://example.org',
  email: 'an e-mail address',
  date: 'a date such as 2027-01-31',
  uuid: 'a UUID',
  guid: 'a UUID',
}
