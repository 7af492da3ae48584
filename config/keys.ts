import { z } from 'zod'

/** One key of a schema, as people write and read it. */
export type Key = {
  /** From the schema's root: `attachments.maxBytes`; `[]` stands for each entry of a list. */
  readonly path: string
  readonly type: string
  readonly required: boolean
  /** As YAML flow; absent where there is none. */
  readonly fallback?: string
  readonly help?: string
  readonly secret: boolean
  /** For keys that hold keys: may there be others besides? */
  readonly holds?: 'keys' | 'anything'
}

type Node = {
  readonly type?: string | readonly string[]
  readonly properties?: { readonly [name: string]: Node }
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Node
  readonly items?: Node
  readonly anyOf?: readonly Node[]
  readonly oneOf?: readonly Node[]
  readonly allOf?: readonly Node[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly default?: unknown
  readonly description?: string
  readonly format?: string
  readonly secret?: boolean
}

/** All keys of a schema in the order they were declared, keys within keys included; of alternatives, the keys of each. */
export function keysOf(schema: unknown): readonly Key[] {
  if (!(schema instanceof z.ZodType)) return []
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as Node
  const found = new Map<string, Key>()
  const alternatives = branches(root)
  for (const branch of alternatives) {
    for (const key of walk(branch, '')) {
      const known = found.get(key.path)
      if (!known) found.set(key.path, { ...key, required: key.required && alternatives.every((other) => isRequired(other, key.path)) })
      else found.set(key.path, { ...known, type: joined(known.type, key.type), secret: known.secret || key.secret })
    }
  }
  return [...found.values()]
}

const isRequired = (node: Node, path: string): boolean => path.includes('.') || (node.required ?? []).includes(path)
const joined = (one: string, other: string): string => [...new Set([...one.split(' | '), ...other.split(' | ')])].join(' | ')

/** The alternatives that a node stands for; a node without any stands for itself. */
function branches(node: Node): readonly Node[] {
  const choice = node.anyOf ?? node.oneOf
  if (choice) return choice.flatMap(branches)
  if (!node.allOf) return [node]
  const parts = node.allOf.flatMap(branches)
  return [
    {
      ...node,
      properties: Object.assign({}, ...parts.map((part) => part.properties ?? {})),
      required: parts.flatMap((p) => p.required ?? []),
    },
  ]
}

function walk(node: Node, prefix: string): Key[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const path = prefix + name
    const inner = branches(child)
    const entries = inner.flatMap((branch) => (branch.items ? branches(branch.items) : []))
    const map = inner.find((branch) => branch.properties)
    const key: Key = {
      path,
      type: typeOf(child),
      required: (node.required ?? []).includes(name) && child.default === undefined,
      secret: isSecret(child),
      ...(child.default !== undefined && { fallback: JSON.stringify(child.default) }),
      ...(child.description !== undefined && { help: child.description }),
      ...(map && { holds: map.additionalProperties === undefined || map.additionalProperties === false ? 'keys' : 'anything' }),
    }
    return [key, ...inner.flatMap((branch) => walk(branch, `${path}.`)), ...entries.flatMap((entry) => walk(entry, `${path}[].`))]
  })
}

const isSecret = (node: Node): boolean =>
  node.secret === true ||
  [...branches(node)].some((branch) => branch.secret === true || (branch.items !== undefined && isSecret(branch.items)))

function typeOf(node: Node): string {
  const kinds = branches(node).map((branch) => {
    if (branch.enum) return branch.enum.map(String).join(' | ')
    if (branch.const !== undefined) return String(branch.const)
    if (branch.properties || branch.type === 'object') return 'keys'
    if (branch.items || branch.type === 'array') return `list of ${branch.items ? typeOf(branch.items) : 'anything'}`
    if (branch.format === 'uri') return 'URL'
    if (branch.format === 'email') return 'e-mail address'
    if (branch.format === 'date') return 'date'
    switch (branch.type) {
      case 'string':
        return 'text'
      case 'integer':
        return 'whole number'
      case 'number':
        return 'number'
      case 'boolean':
        return 'true | false'
      default:
        return 'anything'
    }
  })
  return [...new Set(kinds)].join(' | ')
}
