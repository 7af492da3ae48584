import { z } from 'zod'
import type { CatalogueField } from '../core/service-desk.ts'

/** Messages say what would be right: they stand after "expected". Everything in the file is text, as it is typed: `24`, `no` and `2027-01-01` need no quotes. */
const words = (most: number) => {
  const error = `a text of 1 to ${most} characters`
  return z.string({ error }).trim().min(1, { error }).max(most, { error })
}
const idError = 'small letters, digits and dashes, 40 at most'
const id = z
  .string({ error: idError })
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, { error: idError, abort: true })
  .max(40, { error: idError })
const list = <Entry extends z.ZodType>(entry: Entry, least: number, most: number, what: string) => {
  const error = `a list of ${least === 0 ? 'up to' : `${least} to`} ${most} ${what}`
  return z.array(entry, { error }).min(least, { error }).max(most, { error })
}
const keywords = list(words(60), 0, 100, 'words').default([])
const whole = (least: number, most: number) => {
  const error = `a whole number from ${least} to ${most}`
  return z
    .string({ error })
    .regex(/^\d{1,6}$/, { error, abort: true })
    .transform(Number)
    .refine((number) => number >= least && number <= most, { error })
}

const kinds = ['text', 'long-text', 'date', 'email', 'number', 'choice'] as const
const sides = ['ahead', 'behind'] as const
const priorities = ['low', 'medium', 'high', 'critical'] as const
const oneOf = (names: readonly string[]): string => `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`

const category = z.strictObject({ id, title: words(80), keywords }, { error: 'id, title and keywords of a category' })

const option = z
  .strictObject({ value: words(60), label: words(80).optional(), also: keywords }, { error: 'value, label and also of an option' })
  .transform(({ value, label, also }) => ({ value, label: label ?? value, also }))

const field = z
  .strictObject(
    {
      name: id,
      label: words(60),
      ask: words(300),
      required: z
        .enum(['true', 'false'], { error: 'true or false' })
        .default('true')
        .transform((said) => said === 'true'),
      kind: z.enum(kinds, { error: oneOf(kinds) }),
      options: list(option, 1, 50, 'options').optional(),
      lies: z.enum(sides, { error: oneOf(sides) }).optional(),
    },
    { error: 'name, label, ask and kind of a field' },
  )
  .transform(({ kind, options, lies, ...rest }, context): CatalogueField => {
    if (kind !== 'date' && lies !== undefined)
      context.addIssue({ code: 'custom', path: ['lies'], message: `nothing: only a date lies ahead or behind, and the kind is ${kind}` })
    if (kind !== 'choice') {
      if (options !== undefined) context.addIssue({ code: 'custom', path: ['options'], message: `no options: the kind is ${kind}` })
      return kind === 'date' && lies !== undefined ? { ...rest, kind, lies } : { ...rest, kind }
    }
    if (options === undefined) context.addIssue({ code: 'custom', path: ['options'], message: 'the options to choose from' })
    twice(options ?? [], 'value', 'a value that no other option has', context)
    return { ...rest, kind, options: options ?? [] }
  })

const approver = z.email({ error: 'an e-mail address' })
const approval = z
  .strictObject(
    { title: words(80), approvers: list(approver, 1, 20, 'e-mail addresses'), quorum: whole(1, 20).default(1) },
    { error: 'title, approvers and quorum of an approval' },
  )
  .superRefine(({ approvers, quorum }, context) => {
    const others = new Set(approvers.map((address) => address.toLowerCase())).size
    if (others < approvers.length) context.addIssue({ code: 'custom', path: ['approvers'], message: 'each address once' })
    if (quorum > others) context.addIssue({ code: 'custom', path: ['quorum'], message: `${others} at most: so many approvers there are` })
  })

const item = z
  .strictObject(
    {
      id,
      title: words(80),
      category: id,
      description: words(500),
      keywords,
      priority: z.enum(priorities, { error: oneOf(priorities) }).default('low'),
      fields: list(field, 0, 20, 'fields').default([]),
      approvals: list(approval, 0, 10, 'approvals').default([]),
    },
    { error: 'id, title, category and description of an item' },
  )
  .superRefine(({ fields }, context) => twice(fields, 'name', 'a name that no other field of this item has', context, ['fields']))

export const catalogueSchema = z
  .strictObject(
    { categories: list(category, 1, 100, 'categories'), items: list(item, 0, 500, 'items') },
    { error: '`categories:` and `items:`' },
  )
  .superRefine(({ categories, items }, context) => {
    twice(categories, 'id', 'an id that no other category has', context, ['categories'])
    twice(items, 'id', 'an id that no other item has', context, ['items'])
    const known = categories.map((one) => one.id)
    for (const [index, { category: name }] of items.entries())
      if (!known.includes(name))
        context.addIssue({ code: 'custom', path: ['items', index, 'category'], message: `the id of a category (${known.join(', ')})` })
  })

/** Known keys by the place they stand in; `[]` is any entry. */
export const KEYS: { readonly [place: string]: readonly string[] } = {
  '': ['categories', 'items'],
  'categories[]': Object.keys(category.shape),
  'items[]': ['id', 'title', 'category', 'description', 'keywords', 'priority', 'fields', 'approvals'],
  'items[].fields[]': ['name', 'label', 'ask', 'required', 'kind', 'options', 'lies'],
  'items[].fields[].options[]': ['value', 'label', 'also'],
  'items[].approvals[]': ['title', 'approvers', 'quorum'],
}
/** Values of which one was meant, by the place they stand in. */
export const VALUES: { readonly [place: string]: readonly string[] } = {
  'items[].fields[].kind': kinds,
  'items[].fields[].lies': sides,
  'items[].priority': priorities,
}

/** Finds what stands twice in a list, at its second place. */
const twice = <Entry extends object>(
  entries: readonly Entry[],
  name: keyof Entry & string,
  message: string,
  context: Pick<z.RefinementCtx, 'addIssue'>,
  path: readonly string[] = name === 'value' ? ['options'] : [],
): void => {
  const seen = new Set<unknown>()
  for (const [index, entry] of entries.entries()) {
    if (seen.has(entry[name])) context.addIssue({ code: 'custom', path: [...path, index, name], message })
    seen.add(entry[name])
  }
}
