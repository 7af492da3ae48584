import {
  type AdapterDeps,
  type Address,
  type Attempt,
  type InboundEvent,
  id,
  type PlatformMessageId,
  type Receipt,
} from '../../src/channel/index.ts'
import { NotPrepared } from '../../src/channel/kit/classify.ts'
import type { Api } from './api.ts'
import type { SlackConfig } from './config.ts'
import { SlackRefusal } from './errors.ts'
import { submittedForm } from './form.ts'
import { at, isDirect } from './place.ts'
import { sharedAs, tsIn, upload } from './upload.ts'
import type { Payload, Posted, ReplyTo, SlackFile } from './wire.ts'

export type SendContext = {
  readonly api: Api
  readonly deps: AdapterDeps
  readonly keys: SlackConfig
  /** Notes in which thread a message of ours stands. */
  readonly sentIn: (channel: string, ts: string, thread: string) => void
}

export const placeOf = (to: Address): ReplyTo => to.reply as ReplyTo
const isPerson = (channel: string): boolean => /^[UW]/.test(channel)

/** The channel's own id where only a person's is known: files and changes need it, messages do not. */
async function channelOf(api: Api, { channel }: ReplyTo, signal: AbortSignal): Promise<string> {
  if (!isPerson(channel)) return channel
  try {
    return (await api.call<{ readonly channel: { readonly id: string } }>('conversations.open', { users: channel }, signal)).channel.id
  } catch (cause) {
    throw new NotPrepared('the direct message could not be opened', { cause })
  }
}

export async function send(context: SendContext, payload: Payload, to: Address, attempt: Attempt): Promise<Receipt> {
  const { api } = context
  const place = placeOf(to)
  const { channel, thread } = place
  if (payload.method === 'chat.postMessage') {
    const where = { channel, ...(thread === undefined ? {} : { thread_ts: thread }) }
    const posted = await api.call<Posted>(payload.method, { ...where, ...payload.body }, attempt.signal)
    return receipt(context, place, posted.channel, posted.ts)
  }
  const shared = await channelOf(api, place, attempt.signal)
  const file = await upload(context, payload, attempt.signal)
  const answer = await api.call<{ readonly files?: readonly SlackFile[] }>(
    payload.method,
    {
      files: [file],
      channel_id: shared,
      ...(payload.comment === undefined ? {} : { initial_comment: payload.comment }),
      ...(thread === undefined ? {} : { thread_ts: thread }),
    },
    attempt.signal,
  )
  const ts = tsIn(answer.files?.[0], shared) ?? (await sharedAs(api, file.id, shared, attempt.signal))
  return ts === undefined
    ? { messages: [id(`file:${file.id}`)], at: context.deps.now().toISOString(), ...opened(place, shared) }
    : receipt(context, place, shared, ts)
}

const opened = ({ channel, thread }: ReplyTo, real: string): { readonly reply?: ReplyTo } =>
  channel === real ? {} : { reply: { channel: real, ...(thread === undefined ? {} : { thread }) } }

function receipt({ sentIn }: SendContext, place: ReplyTo, channel: string, ts: string): Receipt {
  if (place.thread !== undefined && !isDirect(channel)) sentIn(channel, ts, place.thread)
  return { messages: [id(ts)], at: at(ts), ...opened(place, channel) }
}

/** A form that was sent shows what was filled in, so that nobody sends it twice. */
export async function showSubmitted(api: Api, event: InboundEvent): Promise<void> {
  const shown = event.kind === 'choice' ? submittedForm(event) : undefined
  if (event.kind !== 'choice' || event.message === undefined || !shown) return
  await api.call('chat.update', { channel: placeOf(event.from).channel, ts: event.message, mrkdwn: false, ...shown })
}

/** What is already as wanted counts as done: a message that is gone when it was to go. */
export async function revise(
  { api, deps }: SendContext,
  payload: Payload | null,
  to: Address,
  message: PlatformMessageId,
  { signal }: Attempt,
): Promise<Receipt> {
  const done: Receipt = { messages: [message], at: deps.now().toISOString() }
  const file = /^file:(.+)$/.exec(message)?.[1]
  try {
    const channel = await channelOf(api, placeOf(to), signal)
    if (payload === null) {
      if (file) await api.call('files.delete', { file }, signal)
      else await api.call('chat.delete', { channel, ts: message }, signal)
      return done
    }
    const body =
      payload.method === 'chat.postMessage' ? payload.body : payload.comment === undefined ? undefined : { text: payload.comment }
    if (!body || file) throw new SlackRefusal({ method: 'chat.update', status: 200, code: 'cant_update_message' })
    const { text, blocks = [], mrkdwn } = body as { readonly text: string; readonly blocks?: readonly never[]; readonly mrkdwn?: boolean }
    await api.call('chat.update', { channel, ts: message, text, blocks, ...(mrkdwn === undefined ? {} : { mrkdwn }) }, signal)
    return done
  } catch (error) {
    if (payload === null && error instanceof SlackRefusal && /^(message_not_found|file_not_found|file_deleted)$/.test(error.code))
      return done
    throw error
  }
}
