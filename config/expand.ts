import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Path } from './document.ts'
import type { Problem } from './problem.ts'

export type Expanded = {
  readonly data: unknown
  /** Places whose text came wholly or partly from a variable or a file, by `JSON.stringify(path)`, with the text as written. */
  readonly filled: ReadonlyMap<string, string>
  /** Places that could not be filled: what is there now is not what was meant, so nothing more is said about them. */
  readonly broken: ReadonlySet<string>
  readonly problems: readonly { readonly path: Path; readonly problem: Omit<Problem, 'file' | 'line' | 'column' | 'key'> }[]
}

/** Puts in what `${NAME}` and `${file:path}` stand for, everywhere but in keys; `$${` is a plain `${`. Paths count from `folder`. */
export function expand(data: unknown, variables: { readonly [name: string]: string | undefined }, folder: string): Expanded {
  const filled = new Map<string, string>()
  const broken = new Set<string>()
  const problems: Expanded['problems'][number][] = []

  const text = (value: string, path: Path): string =>
    value.replace(/\$\$\{|\$\{([^}]*)\}|\$\{/g, (whole, inner: string | undefined) => {
      if (whole === `$\${`) return `\${`
      const place = JSON.stringify(path)
      filled.set(place, value)
      const result = inner === undefined ? unclosed : lookUp(inner.trim(), variables, folder)
      if (typeof result === 'string') return result
      broken.add(place)
      problems.push({ path, problem: result })
      return ''
    })

  const walk = (value: unknown, path: Path): unknown => {
    if (typeof value === 'string') return text(value, path)
    if (Array.isArray(value)) return value.map((entry, index) => walk(entry, [...path, index]))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, walk(entry, [...path, key])]))
  }
  return { data: walk(data, []), filled, broken, problems }
}

type Trouble = Omit<Problem, 'file' | 'line' | 'column' | 'key'>
const unclosed: Trouble = {
  code: 'invalid',
  found: `\`\${\` without \`}\``,
  expected: `\${NAME} or \${file:path}`,
  hint: `Write $\${ for a plain \${.`,
}

function lookUp(inner: string, variables: { readonly [name: string]: string | undefined }, folder: string): string | Trouble {
  if (inner.startsWith('file:')) return fromFile(inner.slice('file:'.length).trim(), folder)
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(inner)) {
    return {
      code: 'invalid',
      found: `\`\${…}\` around something that is not a name`,
      expected: `\${NAME} or \${file:path}`,
      hint: `Write $\${ for a plain \${.`,
    }
  }
  const value = variables[inner]
  if (value !== undefined && value !== '') return value
  return {
    code: 'unset-variable',
    found: `the environment variable ${inner} is ${value === '' ? 'empty' : 'not set'}`,
    hint: `Set ${inner} where the hub is started, or take this entry out.`,
  }
}

function fromFile(path: string, folder: string): string | Trouble {
  if (path === '') return { code: 'secret-file', found: `\${file:} without a path`, expected: `\${file:path}` }
  const full = resolve(folder, path)
  try {
    const value = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(full)).replace(/\r?\n$/, '')
    if (value !== '') return value
    return { code: 'secret-file', found: `an empty file ${full}`, expected: 'a file that holds the value' }
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code
    const found = reason === 'ENOENT' ? `no file ${full}` : `a file ${full} that cannot be read (${reason ?? 'not text'})`
    return { code: 'secret-file', found, hint: 'Paths count from the folder of the configuration file.' }
  }
}
