import { type Adapter, type Address, type Capabilities, defineAdapter, type Health, type InboundEvent } from '../../src/channel/index.ts'
import { capabilities } from './capabilities.ts'
import { resultCard } from './cards.ts'
import { config, type TeamsConfig } from './config.ts'
import { openConnector } from './connector.ts'
import { classify } from './errors.ts'
import { fetchFile } from './fetch-file.ts'
import { textOfHtml } from './html.ts'
import { cardReply, pressedOf } from './invoke.ts'
import { makeSigningKeys, type SigningKeys } from './keys.ts'
import { makeManifest } from './manifest.ts'
import { deliverFile } from './offer.ts'
import { parse } from './parse.ts'
import { profile } from './profile.ts'
import { render } from './render.ts'
import { conversationPath, replyOf, revise, send, showSubmitted } from './send.ts'
import { makeThrottled } from './throttled.ts'
import { makeTokens, type Tokens } from './token.ts'
import { type CheckedTokens, verify } from './verify.ts'
import type { Payload } from './wire.ts'

export const teams = defineAdapter<TeamsConfig>({
  name: 'teams',
  title: 'Microsoft Teams',
  source: 'Microsoft Teams',
  capabilities: () => capabilities,
  config,
  manifest: ({ config: keys }, hub) => {
    if (!keys) throw new Error('Register the account first: the package names its appId.')
    return makeManifest(keys, hub)
  },
  create: ({ id: account, config: keys }, deps): Adapter<Payload> => {
    const { now } = deps
    const signingKeys = makeSigningKeys(keys.openIdMetadataUrl, deps)
    const tokens = makeTokens(keys, deps)
    const connector = openConnector(keys, tokens, deps)
    const context = { keys, connector, deps }
    /** Forms that are being shown as sent: what the hub makes of them then comes after that. */
    const settling = new Map<string, Promise<void>>()
    const throttled = makeThrottled(now)
    const taken = new Set<string>()
    const checked: CheckedTokens = new Map()
    return {
      verify: (request) => verify(request, { keys, signingKeys, checked, now }),
      parse: (request) => parse(request, { account, appId: keys.appId, now }),
      render: (contents, to) => render(contents, to),
      send: (payload, to, attempt) => throttled(to.conversation, send(context, payload, to, attempt)),
      classify,
      check: (signal) => check(keys, tokens, signingKeys, signal),
      acknowledge: async (event) => {
        if (event.kind !== 'choice' || event.message === undefined) return deliverFile(context, taken, event)
        const shown = showSubmitted(context, event)
        settling.set(event.message, shown)
        await shown.finally(() => settling.delete(event.message!))
      },
      typing: async (to) => {
        const reply = replyOf(to)
        const path = `${conversationPath(reply)}/activities`
        const body = { type: 'typing', from: { ...reply.bot }, conversation: { id: reply.conversation } }
        await connector.call(reply.serviceUrl, { method: 'POST', path, body, signal: AbortSignal.timeout(5000) })
      },
      revise: async (payload, to, message, attempt) => {
        await settling.get(message)?.catch(() => undefined)
        return throttled(to.conversation, revise(context, payload, to, message, attempt))
      },
      fetchFile: (ref, signal) => fetchFile({ keys, tokens, deps }, ref, signal),
      respond,
      profile: (person, to, signal) => profile(context, person, to, signal),
      narrow,
      isGroup: (to) => replyOf(to).type !== 'personal',
      close: () => connector.close(),
    }
  },
})

/** Files are offered in private chats only; elsewhere they go as links. */
function narrow(to: Address): Partial<Capabilities> {
  return replyOf(to).type === 'personal' ? {} : { media: { ...capabilities.media, file: false } }
}

/**
 * The card whose button was pressed becomes what came of it. It covers nothing: Teams may show the old card again when the chat is opened
 * anew, so what is said must also stand in the chat.
 */
function respond(event: InboundEvent, payloads: readonly Payload[]) {
  const pressed = event.kind === 'choice' ? pressedOf(event.ref) : undefined
  if (!pressed) return undefined
  const { text, textFormat } = payloads[0]?.activity ?? {}
  const outcome = text === undefined ? '' : textFormat === 'xml' ? textOfHtml(text) : text
  return { reply: cardReply(resultCard(pressed, outcome.slice(0, 1000))), covers: 0 }
}

async function check(keys: TeamsConfig, tokens: Tokens, signingKeys: SigningKeys, signal: AbortSignal): Promise<Health> {
  try {
    await tokens.renew(signal)
  } catch (error) {
    const { code, detail } = classify(error)
    return { ok: false, detail: detail ?? code, facts: { code } }
  }
  try {
    const count = await signingKeys.refresh()
    const facts = { app: keys.appId, type: keys.appType, signingKeys: count }
    if (count === 0) return { ok: false, detail: 'There are no keys at openIdMetadataUrl, so nothing that comes in can be checked.', facts }
    return { ok: true, detail: `Entra gives a token for ${keys.appId}, and the keys of the Bot Framework can be read.`, facts }
  } catch {
    const detail = 'The keys at openIdMetadataUrl cannot be read, so nothing that comes in can be checked.'
    return { ok: false, detail, facts: { code: 'no_keys' } }
  }
}
