import type { SeenField, SeenMessage } from '../../../src/channel/emulator.ts'
import type { Json } from '../../../src/channel/index.ts'
import { emojiOf } from '../emoji.ts'
import { readable } from '../words.ts'
import { checkInput, readInput } from './forms.ts'
import { Refusal } from './refusal.ts'
import type { Stored, World } from './state.ts'

type Part = { readonly type?: string; readonly text?: unknown; readonly elements?: readonly Part[]; readonly [key: string]: unknown }
type SeenButton = SeenMessage['buttons'][number]

/** Slack's marks as they are seen: nothing of them is left. Links show their label; an address without one shows itself. */
export function withoutMarks(text: string): string {
  const words = text.replaceAll(/<((?:https?|mailto|tel|slack):[^<>|]*)\|([^<>]*)>/g, '$2')
  const pieces = words.split(/(```[\s\S]*?```|`[^`\n]+`)/)
  return pieces
    .map((piece, index) => (index % 2 === 1 ? piece.replace(/^```\n?|\n?```$|^`|`$/g, '') : unmarked(piece)))
    .map(readable)
    .join('')
}

function unmarked(text: string): string {
  let out = text
  for (const sign of ['*', '_', '~']) {
    const mark = `[${sign}]`
    out = out.replaceAll(new RegExp(`(?<![\\p{L}\\p{N}])${mark}(?=\\S)([^\\n]*?\\S)${mark}(?![\\p{L}\\p{N}])`, 'gu'), '$1')
  }
  return out
}

const textOf = (part: unknown): string => {
  const { type, text } = (part ?? {}) as { readonly type?: string; readonly text?: unknown }
  if (typeof text !== 'string') return ''
  return type === 'mrkdwn' ? withoutMarks(text) : text
}

/** What a person reads in blocks, what they can fill in, and what they can press. */
export function readBlocks(blocks: Json | undefined): {
  readonly text: string
  readonly buttons: readonly SeenButton[]
  readonly fields: readonly SeenField[]
} {
  const lines: string[] = []
  const buttons: SeenButton[] = []
  const fields: SeenField[] = []
  for (const block of (blocks ?? []) as readonly Part[]) {
    if (block.text) lines.push(textOf(block.text))
    if (block.type === 'input') fields.push(readInput(block))
    if (block.type === 'image') lines.push(`${block.alt_text} ${block.image_url}`)
    for (const element of [...(block.type === 'actions' ? (block.elements ?? []) : []), block.accessory as Part | undefined]) {
      if (element?.type !== 'button') continue
      const label = textOf(element.text)
      buttons.push({
        label,
        ...(typeof element.value === 'string' ? { value: element.value } : {}),
        ...(typeof element.url === 'string' ? { url: element.url } : {}),
      })
    }
  }
  return { text: lines.join('\n'), buttons, fields }
}

const bad = (what: string) => new Refusal('invalid_blocks', { response_metadata: { messages: [`[ERROR] ${what}`] } })

/** The limits of https://docs.slack.dev/reference/block-kit/blocks */
export function checkBlocks(blocks: unknown, most = 50): Json | undefined {
  if (blocks === undefined || blocks === null || blocks === '') return undefined
  if (!Array.isArray(blocks)) throw new Refusal('invalid_blocks_format')
  if (blocks.length > most) throw bad(`no more than ${most} items allowed`)
  for (const block of blocks as readonly Part[]) checkBlock(block)
  return blocks.length === 0 ? undefined : (blocks as Json)
}

function checkBlock(block: Part): void {
  switch (block.type) {
    case 'section':
      if (block.text === undefined && block.fields === undefined) throw bad('section without text')
      within(block.text, 3000, 'section text')
      if (block.accessory) checkButton(block.accessory as Part)
      return
    case 'header':
      if ((block.text as Part | undefined)?.type !== 'plain_text') throw bad('header text must be plain_text')
      within(block.text, 150, 'header text')
      return
    case 'image':
      if (typeof block.image_url !== 'string' || block.image_url.length > 3000) throw bad('image_url')
      if (typeof block.alt_text !== 'string' || block.alt_text.length > 2000) throw bad('alt_text')
      return
    case 'actions': {
      const elements = block.elements ?? []
      if (elements.length < 1 || elements.length > 25) throw bad('actions must have 1 to 25 elements')
      const ids = elements.map(({ action_id }) => action_id)
      if (new Set(ids).size !== ids.length) throw bad('action_id must be unique in its block')
      for (const element of elements) checkButton(element)
      return
    }
    case 'input':
      checkInput(block)
      return
    case 'divider':
    case 'context':
    case 'rich_text':
      return
    default:
      throw bad(`unsupported type: ${block.type}`)
  }
}

function within(text: unknown, most: number, what: string): void {
  const { type, text: words } = (text ?? {}) as Part
  if (type !== 'plain_text' && type !== 'mrkdwn') throw bad(`${what} has no type`)
  if (typeof words !== 'string' || words.length < 1) throw bad(`${what} must be more than 0 characters`)
  if (words.length > most) throw bad(`${what} must be less than ${most + 1} characters`)
}

function checkButton(button: Part): void {
  if (button.type !== 'button') throw bad(`unsupported element: ${button.type}`)
  within(button.text, 75, 'button text')
  if ((button.text as Part).type !== 'plain_text') throw bad('button text must be plain_text')
  if (button.style !== undefined && button.style !== 'primary' && button.style !== 'danger') throw bad('button style')
  const limits: readonly [string, number][] = [
    ['action_id', 255],
    ['value', 2000],
    ['url', 3000],
  ]
  for (const [name, most] of limits) {
    const value = button[name]
    if (value !== undefined && (typeof value !== 'string' || value.length < 1 || value.length > most)) throw bad(`button ${name}`)
  }
  if (typeof button.url === 'string' && !/^(https?|mailto):/i.test(button.url)) throw bad('button url')
}

/** The message as it stands on a screen. */
export function seen(
  world: World,
  message: Stored,
): SeenMessage & { readonly thread?: string; readonly user: string; readonly only?: string } {
  const inBlocks = message.by === 'hub' && message.blocks !== undefined
  const { text, buttons, fields } = inBlocks ? readBlocks(message.blocks) : { text: undefined, buttons: [], fields: [] }
  const words = message.by === 'hub' && message.mrkdwn ? withoutMarks(message.text) : readable(message.text)
  const file = message.files[0] === undefined ? undefined : world.files.get(message.files[0])
  const reaction = [...message.reactions.keys()].at(-1)
  return {
    id: message.ts,
    by: message.by,
    at: message.at,
    user: message.user,
    text: text ?? words,
    buttons,
    ...(fields.length > 0 ? { fields } : {}),
    ...(file ? { media: { kind: kindOf(file.mime), name: file.name, mime: file.mime, bytes: file.bytes } } : {}),
    ...(reaction === undefined ? {} : { reaction: emojiOf(reaction) }),
    ...(message.edited === undefined ? {} : { edited: true }),
    ...(message.thread === undefined ? {} : { thread: message.thread }),
    ...(message.only === undefined ? {} : { only: message.only }),
  }
}

const kindOf = (mime: string): string => /^(image|audio|video)\//.exec(mime)?.[1] ?? 'file'
