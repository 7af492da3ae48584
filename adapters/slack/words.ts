/** The signs that stand for something in Slack's text, and no others; https://docs.slack.dev/messaging/formatting-message-text#escaping */
export const decodeSigns = (text: string): string => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
export const escapeSigns = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** Slack's text as a person reads it: links, mentions and `&amp;` are written out, marks stay as they are. */
export const readable = (text: string): string => decodeSigns(text.replaceAll(/<([^<>]*)>/g, (_, inner: string) => spelledOut(inner)))

/** Bare signs were escaped by Slack, so what stands in brackets was put there by Slack. */
function spelledOut(inner: string): string {
  const bar = inner.indexOf('|')
  const target = bar === -1 ? inner : inner.slice(0, bar)
  const label = bar === -1 ? '' : inner.slice(bar + 1)
  switch (inner[0]) {
    case '@':
      return `@${label || target.slice(1)}`
    case '#':
      return `#${label || target.slice(1)}`
    case '!':
      return special(target.slice(1), label)
    default:
      return link(target, label)
  }
}

function special(target: string, label: string): string {
  if (target.startsWith('subteam^')) return label || `@${target.slice('subteam^'.length)}`
  if (/^(here|channel|everyone)$/.test(target)) return `@${target}`
  return label || target
}

function link(url: string, label: string): string {
  const address = url.replace(/^(mailto|tel):/, '')
  if (label === '' || label === address || label === url) return address
  return url.replace(/^https?:\/\//, '').replace(/\/$/, '') === label.replace(/\/$/, '') ? label : `${label} (${address})`
}

/** What Slack calls people and channels in the text of a message, by their ids; a rich text has the ids alone. */
export function labelsIn(text: string): ReadonlyMap<string, string> {
  return new Map(
    [...text.matchAll(/<[@#!](?:subteam\^)?([A-Z0-9]+)\|([^<>]+)>/g)].map(([, id, label]) => [
      id!,
      decodeSigns(label!).replace(/^[@#]/, ''),
    ]),
  )
}

/** Without our own name at the start: "@hub what is up?" asks "what is up?". A mention and nothing else stays. */
export const withoutMention = (text: string, bot: string | undefined): string => {
  if (bot === undefined) return text
  const rest = text.replace(new RegExp(`^\\s*<@${bot}(?:\\|[^<>]*)?>[\\s,:]*`), '')
  return rest.trim() === '' ? text : rest
}
