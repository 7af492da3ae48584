import { type Catalogue, type CatalogueField, type NewRequest, RequestRefused } from '../core/service-desk.ts'

/** Is this a request as the catalogue has it? Throws `RequestRefused` with the first thing that is not. People's own requests are taken as they are. */
export const checkNew = ({ items, categories }: Catalogue, request: NewRequest): void => {
  if (request.subject.trim() === '') throw new RequestRefused('subject', 'a few words')
  if (request.category !== null && !categories.some(({ id }) => id === request.category))
    throw new RequestRefused('category', `one of ${categories.map(({ id }) => id).join(', ')}`)
  if (request.item === null) {
    const [stray] = Object.keys(request.fields)
    if (stray !== undefined) throw new RequestRefused(`fields.${stray}`, 'nothing: only items have fields')
    return
  }
  if (request.type !== 'service-request') throw new RequestRefused('item', 'nothing: an incident has no item')
  const item = items.find(({ id }) => id === request.item)
  if (item === undefined) throw new RequestRefused('item', `one of ${items.map(({ id }) => id).join(', ')}`)
  const stray = Object.keys(request.fields).find((name) => !item.fields.some((field) => field.name === name))
  if (stray !== undefined)
    throw new RequestRefused(`fields.${stray}`, `one of ${item.fields.map(({ name }) => name).join(', ') || 'no fields'}`)
  for (const field of item.fields) {
    const value = (request.fields[field.name] ?? '').trim()
    const expected = value === '' ? (field.required ? wordsFor(field) : undefined) : fits(field, value) ? undefined : wordsFor(field)
    if (expected !== undefined) throw new RequestRefused(`fields.${field.name}`, expected)
  }
}

const fits = (field: CatalogueField, value: string): boolean => {
  switch (field.kind) {
    case 'text':
    case 'long-text':
      return true
    case 'number':
      return /^-?\d{1,15}([.,]\d{1,6})?$/.test(value)
    case 'email':
      return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)
    case 'date':
      return isDate(value)
    case 'choice':
      return field.options.some((option) => option.value === value)
  }
}

/** A day that is in the calendar, as 2027-01-31. */
const isDate = (value: string): boolean => {
  const at = Date.parse(`${value}T00:00:00Z`)
  return /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(at) && new Date(at).toISOString().startsWith(value)
}

const wordsFor = (field: CatalogueField): string => {
  switch (field.kind) {
    case 'text':
    case 'long-text':
      return `a text (${field.label})`
    case 'number':
      return 'a number'
    case 'email':
      return 'an e-mail address'
    case 'date':
      return 'a day such as 2027-01-31'
    case 'choice':
      return `one of ${field.options.map(({ value }) => value).join(', ')}`
  }
}
