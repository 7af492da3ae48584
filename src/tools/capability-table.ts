import { writeFileSync } from 'node:fs'
import { adapters } from '../../adapters/index.ts'
import type { Account } from '../../config/accounts.ts'
import { type Key, keysOf } from '../../config/keys.ts'
import { explainAll } from '../../config/problem.ts'
import type { AdapterDefinition, Capabilities } from '../channel/index.ts'
import { loadExample } from './example.ts'

type Column = { readonly title: string; readonly can: Capabilities }

/** The text of docs/channels.md: what each channel carries and which keys its accounts take, from the adapters themselves. */
export function channelsPage(definitions: readonly AdapterDefinition[] = adapters): string {
  const example = loadExample(definitions)
  if (!example.ok) throw new Error(explainAll(example.problems))
  const accounts = definitions.flatMap((definition) => example.configuration.accounts.filter(({ channel }) => channel === definition.name))
  const columns = accounts.map(
    (account): Column => ({ title: titleOf(account, accounts), can: account.definition.capabilities(account.config) }),
  )
  const missing = definitions.filter(({ name }) => !accounts.some(({ channel }) => channel === name)).map(({ name }) => name)
  if (missing.length > 0) throw new Error(`config/hub.example.yaml has no account of ${missing.join(', ')}`)
  return [
    '# Channels',
    'Made by `node src/tools/capability-table.ts` from the adapters; a test fails where it is stale. What a channel cannot carry is brought into a form that it can: nothing is dropped. Which keys the hub itself takes stands in [config/hub.example.yaml](../config/hub.example.yaml).',
    '## What they carry',
    table(
      ['', ...columns.map(({ title }) => title)],
      rows.map(([name, tell]) => [name, ...columns.map(({ can }) => tell(can))]),
    ),
    '## What their accounts take',
    'Every account also takes `channel`, `account` and `onUncertain` (`resend` or `hold`).',
    ...definitions.flatMap((definition) => [`### ${definition.title}`, keyTable(keysOf(definition.config))]),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n')
}

const titleOf = ({ definition, account, channel }: Account, all: readonly Account[]): string =>
  all.filter((other) => other.channel === channel).length > 1 ? `${definition.title} (${account})` : definition.title

const no = '–'
const yes = (can: boolean): string => (can ? 'yes' : no)
const counted = (count: number): string => count.toLocaleString('en')

/** Bytes in the largest unit that leaves a short number. */
function size(bytes: number): string {
  if (bytes >= 1024 ** 3) return `${Number((bytes / 1024 ** 3).toFixed(1))} GB`
  if (bytes >= 1024 ** 2) return `${Number((bytes / 1024 ** 2).toFixed(1))} MB`
  return `${Number((bytes / 1024).toFixed(1))} KB`
}

const media = (kind: 'image' | 'audio' | 'video' | 'file') => (can: Capabilities) => {
  const limit = can.media[kind]
  return limit === false ? no : `to ${size(limit.maxBytes)}`
}

const rows: readonly (readonly [string, (can: Capabilities) => string])[] = [
  [
    'Text',
    ({ text }) => `${counted(text.maxLength)} ${text.unit === 'bytes' ? 'bytes' : 'characters'}${text.markdown ? ', formatted' : ''}`,
  ],
  ['Choices', ({ choices }) => (choices ? `${counted(choices.max)}, label to ${choices.maxLabel}` : 'as a numbered list')],
  [
    'Cards',
    ({ card }) =>
      card
        ? ['text', card.image && 'picture', card.link && 'link', card.maxChoices > 0 && `${card.maxChoices} choices`]
            .filter(Boolean)
            .join(', ')
        : 'as text',
  ],
  ['Forms', ({ form }) => (form ? `to ${form.maxFields} questions` : 'one question after the other')],
  ['Pictures', media('image')],
  ['Audio', media('audio')],
  ['Video', media('video')],
  ['Files', media('file')],
  ['Place', ({ place }) => yes(place)],
  ['Contact', ({ contact }) => yes(contact)],
  ['Templates', ({ template }) => yes(template)],
  ['Receipts', ({ receipts }) => (receipts.length > 0 ? receipts.join(', ') : no)],
  ['Typing shown', ({ typing }) => yes(typing)],
  ['Own messages changed', ({ edit }) => yes(edit)],
  ['Reactions', ({ reactions }) => yes(reactions)],
  [
    'May write',
    ({ replyWindow }) =>
      replyWindow
        ?.map(({ hours, for: who, tag }) => `${hours} h${who === 'anyone' ? '' : ', technicians'}${tag ? ` (${tag})` : ''}`)
        .join('; ') ?? 'always',
  ],
  ['Sent twice, seen once', ({ idempotentSend }) => yes(idempotentSend)],
  ['Messages a call', ({ messagesPerCall }) => counted(messagesPerCall)],
  ['Published rate', ({ sendsPerSecond }) => (sendsPerSecond === null ? no : `${counted(sendsPerSecond)}/s`)],
  ['Costs', ({ cost }) => cost ?? no],
]

function keyTable(keys: readonly Key[]): string {
  const own = keys.filter(({ path }) => path !== 'onUncertain')
  const fallback = ({ required, fallback: value }: Key) =>
    required ? 'needed' : value === undefined ? no : `\`${value.replace(/^"(.*)"$/, '$1')}\``
  return table(
    ['Key', 'Takes', 'Default', 'What for'],
    own.map((key) => [`\`${key.path}\``, `${key.type}${key.secret ? ', secret' : ''}`, fallback(key), key.help ?? no]),
  )
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ')

/** Padded, so that it reads as a table without being rendered. */
function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const lines = [head, ...body].map((cells) => cells.map(cell))
  const widths = head.map((_, column) => Math.max(3, ...lines.map((cells) => cells[column]!.length)))
  const [first, ...rest] = lines.map((cells) => `| ${cells.map((text, column) => text.padEnd(widths[column]!)).join(' | ')} |`)
  return [first, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rest].join('\n')
}

if (import.meta.main) writeFileSync(new URL('../../docs/channels.md', import.meta.url), channelsPage())
