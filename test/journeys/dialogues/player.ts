import { io, type Socket } from 'socket.io-client'
import { Agent, fetch, type Response } from 'undici'
import type { EmulatedPerson } from '../../../src/channel/emulator.ts'
import type { GuestToken, MessageView } from '../../../src/http/api-types.ts'

/** A message of the hub as somebody sees it: its words and buttons, and what is drawn when it changes. */
export type Seen = { readonly id: string; readonly drawn: string; readonly labels: readonly string[] }

/** Somebody with an app, whichever it is. */
export type Player = {
  readonly channel: string
  readonly key: string
  says(words: string): Promise<void>
  /** The newest button of this label; where there is none, its label is typed. */
  presses(label: string): Promise<void>
  sends(file: { readonly name: string; readonly caption: string }): Promise<void>
  /** Of the hub, oldest first. */
  sees(): readonly Seen[]
  leaves(): void
}

/** The smallest picture there is. */
const dot = Uint8Array.from(
  Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64'),
)

export function onApp(channel: string, person: EmulatedPerson): Player {
  const sees = () =>
    person
      .sees()
      .filter(({ by }) => by === 'hub')
      .map(({ id, text, buttons, fields, media }) => {
        const labels = buttons.map(({ label }) => label)
        const asked = (fields ?? []).flatMap(({ label, hint }) => [label, hint ?? ''])
        return { id, labels, drawn: [text, ...asked, ...labels, media?.name ?? '', ...buttons.map(({ url }) => url ?? '')].join('\n') }
      })
  return {
    channel,
    key: person.key,
    async says(words) {
      await person.types(words)
    },
    async presses(label) {
      const shown = sees().some(({ labels }) => labels.includes(label))
      await (shown ? person.presses(label) : person.types(label))
    },
    async sends({ name, caption }) {
      await person.sendsFile({ name, mime: 'image/png', bytes: dot, ...(caption === '' ? {} : { caption }) })
    },
    sees,
    leaves: () => undefined,
  }
}

let guests = 0

/** A guest of the web chat, with the page open; it comes back by itself when the hub does. */
export async function onWeb(hub: () => string, name: string): Promise<Player> {
  const json = { 'content-type': 'application/json' }
  guests += 1
  // Guests come from one address only so often; on loopback everybody can have one of their own.
  const dispatcher = new Agent({ localAddress: `127.0.1.${1 + (guests % 250)}` })
  const post = async (path: string, body: string, headers: { readonly [name: string]: string }): Promise<Response> => {
    for (let tries = 0; ; tries++) {
      const answer = await fetch(new URL(path, hub()), { method: 'POST', body, headers, dispatcher }).catch(() => undefined)
      if (answer?.ok) return answer
      if (tries > 20 || (answer && answer.status < 500)) throw new Error(`${path} was answered ${answer?.status ?? 'not at all'}`)
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
  const { token, person } = (await (await post('/api/guest', JSON.stringify({ name }), json)).json()) as GuestToken
  const messages = new Map<number, MessageView>()
  const socket: Socket = io(hub(), { auth: { token }, transports: ['websocket'], reconnectionDelay: 50, reconnectionDelayMax: 300 })
  const resume = () => socket.emit('resume', { after: Math.max(0, ...messages.keys()) }, () => undefined)
  socket.on('connect', resume)
  socket.on('message', (message: MessageView) => messages.set(message.seq, message))
  let sent = 0
  const send = async (body: object): Promise<void> => {
    sent += 1
    await post('/hooks/web/main', JSON.stringify({ id: `m${sent}`, ...body }), { ...json, authorization: `Bearer ${token}` })
  }
  const offered = () =>
    [...messages.values()]
      .toSorted((a, b) => a.seq - b.seq)
      .flatMap(({ author, content }) => (author.by === 'person' ? [] : content.flatMap(choicesOf)))
  return {
    channel: 'web',
    key: person,
    says: (words) => send({ text: words }),
    presses: (label) => {
      const choice = offered().findLast((one) => one.label === label)
      return send(choice === undefined ? { text: label } : { choice })
    },
    async sends({ name, caption }) {
      const answer = await fetch(new URL(`/api/chat/files?name=${encodeURIComponent(name)}`, hub()), {
        method: 'POST',
        body: dot,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'image/png' },
      })
      const { id } = (await answer.json()) as { readonly id: string }
      await send({ file: id, ...(caption === '' ? {} : { caption }) })
    },
    sees: () =>
      [...messages.values()]
        .filter(({ author }) => author.by !== 'person')
        .toSorted((a, b) => a.seq - b.seq)
        .map(({ seq, content }) => ({
          id: String(seq),
          labels: content.flatMap(choicesOf).map(({ label }) => label),
          drawn: content.flatMap(wordsOf).join('\n'),
        })),
    leaves() {
      socket.disconnect()
      void dispatcher.close()
    },
  }
}

type Item = MessageView['content'][number]
const choicesOf = (item: Item) => ('choices' in item ? (item.choices ?? []) : [])
const wordsOf = (item: Item): readonly string[] => [
  ...('title' in item ? [item.title] : []),
  ...('text' in item ? [item.text ?? ''] : []),
  ...('link' in item && item.link ? [item.link.label, item.link.url] : []),
  ...choicesOf(item).map(({ label }) => label),
]
