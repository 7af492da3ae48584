import { type HookReply, id, type Json, type Parsed } from '../../src/channel/index.ts'
import { resultCard } from './cards.ts'
import { happened, ignore } from './parse-other.ts'
import { addressOf, type ParseContext, personOf, required, timeOf } from './people.ts'
import { pressedIn } from './pressed.ts'
import { type AcceptedFile, type Activity, adaptiveCard, type FileConsent, type Pressed } from './wire.ts'

/** The client shows "something went wrong" after some five to fifteen seconds (https://github.com/microsoft/AdaptiveCards/issues/3701). */
const withinMs = 4000

/** Activities whose sender waits for the body of the answer. */
export function invoked(activity: Activity, context: ParseContext): Parsed {
  switch (activity.name) {
    case 'adaptiveCard/action':
      return pressed(activity, context)
    case 'fileConsent/invoke':
      return consented(activity, context)
    default:
      return { ...ignore(`invoke:${String(activity.name).slice(0, 100)}`), reply: { status: 501 } }
  }
}

/** `value`: a card takes the place of the one whose button was pressed; https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model */
const json = (body: Json): HookReply => ({ status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
export const cardReply = (card: Json): HookReply => json({ statusCode: 200, type: adaptiveCard, value: card })
const refusal = (code: string, message: string): HookReply =>
  json({ statusCode: 400, type: 'application/vnd.microsoft.error', value: { code, message } })

function pressed(activity: Activity, context: ParseContext): Parsed {
  const action = (activity.value as { readonly action?: { readonly data?: unknown } } | null | undefined)?.action
  const button = pressedIn(action?.data)
  if (!button) return { ...ignore('invoke:button-not-ours'), reply: refusal('BadRequest', 'This button is not known here.') }
  const from = addressOf(activity, context)
  const on = typeof activity.replyToId === 'string' && activity.replyToId !== '' ? { message: id<never>(activity.replyToId) } : {}
  return {
    ...happened({
      kind: 'choice',
      id: id(`invoke:${from.conversation}:${required(activity.id, 'an id')}`),
      at: timeOf(activity, context.now),
      from,
      person: personOf(activity.from, activity),
      value: button.value,
      label: button.label,
      ...on,
      ...(button.fields ? { fields: button.fields } : {}),
      ref: { pressed: { ...button } } satisfies Json,
      sync: { withinMs },
    }),
    reply: cardReply(resultCard(button)),
  }
}

/** The button of an event that waits for a card in its answer, or that sent a form. */
export const pressedOf = (ref: Json | undefined): Pressed | undefined => (ref as { readonly pressed?: Pressed } | null | undefined)?.pressed

/** The person's word on a file that was offered; the bytes follow once it is filed. */
function consented(activity: Activity, context: ParseContext): Parsed {
  const { action, context: offered, uploadInfo } = (activity.value ?? {}) as FileConsent
  const reply: HookReply = { status: 200 }
  if (typeof activity.replyToId !== 'string' || typeof offered?.file !== 'string')
    return { ...ignore('invoke:fileConsent-not-ours'), reply }
  const from = addressOf(activity, context)
  const base = {
    kind: 'receipt' as const,
    id: id<never>(`consent:${from.conversation}:${activity.replyToId}:${action}`),
    at: timeOf(activity, context.now),
    from,
    of: { message: id<never>(activity.replyToId) },
  }
  if (action === 'decline') {
    const failure = { kind: 'rejected' as const, code: 'declined', detail: 'The person did not want the file.' }
    return { ...happened({ ...base, status: 'failed', failure }), reply }
  }
  const { uploadUrl, contentUrl, uniqueId, fileType, name } = uploadInfo ?? {}
  if (action !== 'accept' || typeof uploadUrl !== 'string' || typeof contentUrl !== 'string')
    return { ...ignore('invoke:fileConsent-without-place'), reply }
  const accepted: AcceptedFile = {
    file: offered.file,
    name: String(name ?? offered.name ?? 'file'),
    uploadUrl,
    contentUrl,
    uniqueId: String(uniqueId ?? ''),
    fileType: String(fileType ?? ''),
  }
  return { ...happened({ ...base, status: 'delivered', ref: { accepted, message: activity.replyToId } }), reply }
}
