import { Readable } from 'node:stream'
import {
  type AdapterDeps,
  type Address,
  type Attempt,
  id,
  type Json,
  PlatformError,
  type PlatformMessageId,
  type Receipt,
} from '../../src/channel/index.ts'
import { NotPrepared } from '../../src/channel/kit/classify.ts'
import type { Api } from './api.ts'
import { TelegramRefusal } from './errors.ts'
import { textOfHtml } from './html.ts'
import { at } from './people.ts'
import type { Message, Payload, ReplyTo, WireFile } from './wire.ts'

type Body = { readonly [key: string]: Json }
type Context = { readonly api: Api; readonly deps: AdapterDeps }

/** Where a conversation is, as every call wants it. After an upgrade of a group its key is new before anybody has written there. */
export function chatOf(to: Address): { readonly chat_id: number | string; readonly message_thread_id?: number } {
  const { chat: known, topic } = to.reply as ReplyTo
  const chat = topic === undefined ? to.conversation : known
  const number = Number(chat)
  return { chat_id: Number.isSafeInteger(number) ? number : chat, ...(topic === undefined ? {} : { message_thread_id: topic }) }
}

export async function send({ api, deps }: Context, payload: Payload, to: Address, attempt: Attempt): Promise<Receipt> {
  const where = chatOf(to)
  const sent = payload.upload
    ? await sendUpload({ api, deps }, payload, where, attempt.signal)
    : await readable(payload.body, (body) => api.call<Message>(payload.method, { ...where, ...body }, attempt.signal))
  return receiptOf(sent)
}

const receiptOf = (message: Message): Receipt => ({ messages: [id(message.message_id)], at: at(message.date) })

/** Markup that Telegram cannot read goes out once more as plain text: the words matter more than their looks. */
async function readable<Result>(body: Body, go: (body: Body) => Promise<Result>): Promise<Result> {
  try {
    return await go(body)
  } catch (error) {
    if (body.parse_mode === undefined || !(error instanceof TelegramRefusal) || !/can't parse/.test(error.message)) throw error
    const { parse_mode: _, text, caption, ...rest } = body
    return go({
      ...rest,
      ...(typeof text === 'string' ? { text: textOfHtml(text) } : {}),
      ...(typeof caption === 'string' ? { caption: textOfHtml(caption) } : {}),
    })
  }
}

/** By the id that Telegram gave the file at an earlier upload, while it knows it; else by bytes. */
async function sendUpload(context: Context, payload: Payload, where: object, signal: AbortSignal): Promise<Message> {
  const { api, deps } = context
  const { field, file } = payload.upload!
  const known = (await deps.files.remembered(file).catch(() => undefined)) as Remembered | undefined
  if (known?.field === field && typeof known.fileId === 'string') {
    try {
      return await readable(payload.body, (body) => api.call<Message>(payload.method, { ...where, [field]: known.fileId, ...body }, signal))
    } catch (error) {
      if (!(error instanceof TelegramRefusal) || !/wrong (remote )?file|file reference/i.test(error.message)) throw error
    }
  }
  const sent = await readable(payload.body, (body) => upload(context, payload, { ...where, ...body }, signal))
  const fileId = idOf(sent, field)
  if (fileId) await deps.files.remember(file, { field, fileId } satisfies Remembered).catch(() => undefined)
  return sent
}

type Remembered = { readonly field: string; readonly fileId: string }

async function upload({ api, deps }: Context, payload: Payload, fields: object, signal: AbortSignal): Promise<Message> {
  const { field, file, name, mime } = payload.upload!
  const opened = await deps.files.open(file).catch((cause) => {
    throw new NotPrepared('the file could not be opened', { cause })
  })
  const source = Readable.fromWeb(opened.body as Parameters<typeof Readable.fromWeb>[0])
  const filename = safeName(opened.name ?? name, opened.mime ?? mime)
  return api.slowCall<Message>(payload.method, { ...fields, [field]: { source, ...(filename ? { filename } : {}) } }, signal)
}

/** Into a quoted header: no quotes, no control characters. Without a name telegraf gives one by the kind of file. */
function safeName(name: string | undefined, mime: string | undefined): string | undefined {
  const safe = name?.replace(/[\p{Cc}"\\/]/gu, '_').slice(0, 200)
  return safe || (mime === 'application/pdf' ? 'document.pdf' : undefined)
}

function idOf(message: Message, field: string): string | undefined {
  const value = (message as unknown as { [key: string]: WireFile | readonly WireFile[] | undefined })[field]
  const file = Array.isArray(value) ? (value as readonly WireFile[]).at(-1) : (value as WireFile | undefined)
  return file?.file_id
}

/** What is already as wanted counts as done: unchanged text, a message that is gone when it was to go. */
export async function revise(
  { api, deps }: Context,
  payload: Payload | null,
  to: Address,
  message: PlatformMessageId,
  attempt: Attempt,
): Promise<Receipt> {
  const where = { chat_id: chatOf(to).chat_id, message_id: Number(message) }
  const done: Receipt = { messages: [message], at: deps.now().toISOString() }
  try {
    if (payload === null) {
      await api.call('deleteMessage', where, attempt.signal)
      return done
    }
    const { method, body } = editOf(payload)
    await readable(body, (fields) => api.call<Message>(method, { ...where, ...fields }, attempt.signal))
    return done
  } catch (error) {
    const gone = payload === null ? /message to delete not found/ : /message is not modified/
    if (error instanceof TelegramRefusal && gone.test(error.message)) return done
    throw error
  }
}

/** Words and buttons can be changed; the file or the place of a message cannot. Buttons that are not named are taken away. */
function editOf({ method, body }: Payload): { readonly method: string; readonly body: Body } {
  if (method === 'sendMessage') return { method: 'editMessageText', body }
  const { caption, parse_mode, reply_markup } = body
  const words = { ...(parse_mode === undefined ? {} : { parse_mode }), ...(reply_markup === undefined ? {} : { reply_markup }) }
  if (caption !== undefined) return { method: 'editMessageCaption', body: { caption, ...words } }
  if (reply_markup !== undefined) return { method: 'editMessageReplyMarkup', body: { reply_markup } }
  throw new PlatformError({ status: 400, code: '400', message: "message can't be edited" })
}
