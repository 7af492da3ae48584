import type { Content, InboundEvent, Json } from '../channel/index.ts'
import { maskSecrets } from './secrets.ts'

/** The same event, with dots in place of every password that somebody wrote into it; the very same one where there was none. */
export function maskEvent(event: InboundEvent): InboundEvent {
  switch (event.kind) {
    case 'message': {
      const content = maskContent(event.content)
      return content === event.content ? event : { ...event, content }
    }
    case 'revision': {
      const content = event.content === null ? null : maskContent(event.content)
      return content === event.content ? event : { ...event, content }
    }
    case 'choice': {
      const fields = event.fields && maskAll(event.fields)
      const label = event.label === undefined ? undefined : maskSecrets(event.label)
      if (fields === event.fields && label === event.label) return event
      return { ...event, ...(label === undefined ? {} : { label }), ...(fields === undefined ? {} : { fields }) }
    }
    case 'invoked': {
      const text = event.text === undefined ? undefined : maskSecrets(event.text)
      const data = event.data === undefined ? undefined : maskData(event.data)
      if (text === event.text && data === event.data) return event
      return { ...event, ...(text === undefined ? {} : { text }), ...(data === undefined ? {} : { data }) }
    }
    case 'reaction':
    case 'receipt':
    case 'contact':
    case 'typing':
    case 'moved':
    case 'account':
      return event
  }
}

function maskContent(content: readonly Content[]): readonly Content[] {
  const masked = content.map(maskItem)
  return masked.some((item, n) => item !== content[n]) ? masked : content
}

function maskItem(item: Content): Content {
  switch (item.type) {
    case 'text': {
      const text = maskSecrets(item.text)
      return text === item.text ? item : { ...item, text }
    }
    case 'media': {
      const caption = item.caption === undefined ? undefined : maskSecrets(item.caption)
      return caption === undefined || caption === item.caption ? item : { ...item, caption }
    }
    case 'unreadable': {
      const text = item.text === undefined ? undefined : maskSecrets(item.text)
      return text === undefined || text === item.text ? item : { ...item, text }
    }
    case 'place':
    case 'contact':
    case 'choices':
    case 'card':
    case 'form':
    case 'template':
      return item
  }
}

function maskAll(fields: { readonly [name: string]: string }): { readonly [name: string]: string } {
  const entries = Object.entries(fields).map(([name, value]) => [name, maskSecrets(value)] as const)
  return entries.some(([name, value]) => value !== fields[name]) ? Object.fromEntries(entries) : fields
}

function maskData(data: Json): Json {
  const text = JSON.stringify(data)
  const masked = maskJson(text)
  return masked === text ? data : (JSON.parse(masked) as Json)
}

const jsonText = /"(?:[^"\\]|\\.)*"/g

/**
 * A raw body, with the same done to every text in it: JSON or a form (which may hold JSON). Numbers stay as they were written, so that what is replayed has
 * its ids. What is neither is left as it is.
 */
export function maskBody(body: string): string {
  if (/^\s*[[{]/.test(body)) return maskJson(body)
  if (!/^[\w.%+-]+=/.test(body)) return body
  const form = new URLSearchParams(body)
  const masked = [...form].map(([name, value]): [string, string] => [name, /^\s*[[{]/.test(value) ? maskJson(value) : maskSecrets(value)])
  return masked.some(([, value], n) => value !== [...form][n]?.[1]) ? new URLSearchParams(masked).toString() : body
}

const maskJson = (json: string): string =>
  json.replace(jsonText, (literal) => {
    try {
      const text = JSON.parse(literal) as string
      const masked = maskSecrets(text)
      return masked === text ? literal : JSON.stringify(masked)
    } catch {
      return literal
    }
  })
