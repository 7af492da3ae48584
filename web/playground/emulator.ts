import { ApiError } from '../shared/api.ts'

/** What the switches of a window set at its platform; shares are 0 to 1. */
export type Faults = {
  readonly throttle: { readonly share: number; readonly retryAfterSeconds: number }
  readonly error: number
  readonly cutBefore: number
  readonly cutAfter: number
  readonly silent: number
  readonly latencyMs: number
  readonly duplicate: number
  readonly reorder: number
  readonly down: boolean
}

/** Somebody who uses the apps. The number is theirs on every platform. */
export type PlayedPerson = { readonly chat: string; readonly name: string }
export const people: readonly PlayedPerson[] = [
  { chat: '777', name: 'Ada' },
  { chat: '778', name: 'Ben' },
]

/** A question of a form; a `choice` has options. */
export type FormField = {
  readonly name: string
  readonly label: string
  readonly kind: 'text' | 'long-text' | 'choice' | 'date'
  readonly required: boolean
  readonly value?: string
  readonly hint?: string
  readonly options?: readonly { readonly value: string; readonly label: string }[]
}
export type Filled = { readonly [name: string]: string }
export type MessageButton = { readonly label: string; readonly value?: string; readonly url?: string }
/** What every emulator tells of a message; an emulator may tell more, which the app's own look reads. */
export type AppMessage = {
  readonly id: string
  readonly by: 'hub' | 'person'
  /** Milliseconds since 1970. */
  readonly at: number
  readonly text: string
  readonly buttons: readonly MessageButton[]
  readonly fields?: readonly FormField[]
  readonly media?: { readonly kind: string; readonly name?: string; readonly mime?: string; readonly url?: string; readonly size?: number }
  readonly place?: { readonly latitude: number; readonly longitude: number; readonly name?: string }
  readonly contact?: { readonly name: string; readonly phone: string }
  readonly reaction?: string
  readonly edited?: boolean
  readonly status?: string
  /** Who wrote it, where several do. */
  readonly author?: string
  /** The first message of its thread, itself included. */
  readonly thread?: string
}
export type ToldChat = { readonly chat: string; readonly title: string; readonly type: string; readonly thread?: boolean }
export type AppState = {
  /** What the hub is called on the platform. */
  readonly bot: string
  readonly faults: Faults
  readonly chats: readonly ToldChat[]
  readonly messages: readonly AppMessage[]
}

/** Where something is said: a chat, and on some platforms a thread of it beside. */
export type Place = { readonly chat: string; readonly thread?: string }

/** One call of an emulator's surface for the playground. Throws `ApiError` with the emulator's own words. */
export async function ask<Answer>(url: string, init: RequestInit = {}): Promise<Answer> {
  let response: Response
  try {
    response = await fetch(url, { ...init, signal: AbortSignal.timeout(15_000) })
  } catch {
    throw new ApiError(0)
  }
  const body = (await response.json().catch(() => ({}))) as { error?: string }
  if (!response.ok) throw new ApiError(response.status, { code: 'EMULATOR', message: body.error ?? 'The emulator refused this.' })
  return body as Answer
}

const postJson = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

/** All emulators take their faults at the same place. */
export const setFaults = (base: string, faults: Partial<Faults>) =>
  ask<{ readonly faults: Faults }>(`${base}/playground/faults`, postJson(faults))

export type Watch = {
  readonly onMessage: (chat: string, message: AppMessage) => void
  readonly onDeleted: (chat: string, id: string) => void
  readonly onTyping: (chat: string, action: string) => void
  readonly onOpen: () => void
  readonly onLost: () => void
}

/** One person's line to the emulator at `base`. */
export function makeLine(base: string, person: PlayedPerson) {
  const to = (path: string) => `${base}/playground/${path}`
  const { name } = person
  const post = <Answer = unknown>(path: string, body: object) => ask<Answer>(to(path), postJson({ name, ...body }))
  return {
    person,
    post,
    get: <Answer>(path: string) => ask<Answer>(to(path)),
    state: (chat?: string) => ask<AppState>(to(chat === undefined ? 'state' : `state?chat=${encodeURIComponent(chat)}`)),
    say: (place: Place, text: string) => post('say', { ...place, text }),
    press: (place: Place, message: string, data: string, fields: Filled = {}) =>
      post('press', { ...place, message_id: message, data, fields }),
    edit: (place: Place, message: string, text: string) => post('edit', { ...place, message_id: message, text }),
    remove: (place: Place, message: string) => post('delete', { ...place, message_id: message }),
    /** `''` takes the person's reaction away. */
    react: (place: Place, message: string, emoji: string) => post('react', { ...place, message_id: message, emoji }),
    /** Calls at everything of one kind that is told, and once at the beginning, until the function it gives is called. */
    follow: (kind: string, act: () => void): (() => void) => {
      const events = new EventSource(to('events'))
      events.onopen = act
      events.addEventListener(kind, act)
      return () => events.close()
    },
    sendFile: ({ chat, thread }: Place, file: File, caption: string) =>
      ask<unknown>(to('file'), {
        method: 'POST',
        headers: {
          'content-type': file.type || 'application/octet-stream',
          'x-chat': encodeURIComponent(chat),
          'x-name': encodeURIComponent(name),
          'x-file-name': encodeURIComponent(file.name),
          ...(caption ? { 'x-caption': encodeURIComponent(caption) } : {}),
          ...(thread ? { 'x-thread': encodeURIComponent(thread) } : {}),
        },
        body: file,
      }),
    fileUrl: (path: string) => base + path,
    /** Follows every chat until the function it gives is called; the browser opens a lost stream again by itself. */
    watch: (watch: Watch): (() => void) => {
      const events = new EventSource(to('events'))
      const on = (type: string, act: (chat: string, data: never) => void) =>
        events.addEventListener(type, (event) => {
          const told = JSON.parse((event as MessageEvent<string>).data) as { chat: string; data: never }
          act(told.chat, told.data)
        })
      on('message', watch.onMessage)
      on('deleted', (chat, data: { message_id: number | string }) => watch.onDeleted(chat, String(data.message_id)))
      on('typing', (chat, data: { action?: string }) => watch.onTyping(chat, data.action ?? 'typing'))
      events.onopen = watch.onOpen
      events.onerror = watch.onLost
      return () => events.close()
    },
  }
}
export type Line = ReturnType<typeof makeLine>
