import type { ChatSettings, FileView, MessageView, OwnerView, UploadedFile, WebHookBody } from '../../src/http/api-types.ts'
import { ApiError, call } from '../shared/api.ts'
import type { Choice } from '../shared/content-view.tsx'
import { placed } from '../shared/thread-lines.ts'
import { uuid } from '../shared/uuid.ts'
import { makeConnection } from './connection.ts'
import { makeGuest } from './guest.ts'
import { makeOutbox, type Outgoing } from './outbox.ts'

export type ChatSnapshot = {
  readonly link: 'connecting' | 'on' | 'off'
  /** What was said so far has come. */
  readonly loaded: boolean
  readonly messages: readonly MessageView[]
  /** Not yet shown back by the hub, by client id; those stand at the end of `messages` too. */
  readonly outgoing: ReadonlyMap<string, Outgoing>
  readonly owner: OwnerView | null
  readonly typing: string | null
  readonly failing: boolean
}

const typingMs = 6_000

/** The chat of this browser: what was said, what waits to be sent, who has the word. One per page. */
export function makeChat(settings: ChatSettings) {
  const guest = makeGuest()
  const hook = `/hooks/web/${encodeURIComponent(settings.account)}`
  const byId = new Map<string, MessageView>()
  const listeners = new Set<() => void>()
  let person = guest.current()?.person
  let last = 0
  let link: ChatSnapshot['link'] = 'connecting'
  let loaded = false
  let owner: OwnerView | null = null
  let typing: string | null = null
  let typingTimer: ReturnType<typeof setTimeout> | undefined
  let typedAt = 0
  let readUpTo = ''
  let snapshot: ChatSnapshot | undefined
  const askedGaps = new Set<number>()

  const changed = () => {
    snapshot = undefined
    for (const listener of listeners) listener()
  }
  const post = async (body: WebHookBody): Promise<void> => {
    const token = await guest.token()
    try {
      await call(hook, { json: body, token })
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error
      await guest.refused(token)
      await call(hook, { json: body, token: await guest.token() })
    }
  }
  const outbox = makeOutbox(post, changed)

  const setTyping = (name: string | null) => {
    clearTimeout(typingTimer)
    typing = name
    if (name !== null) typingTimer = setTimeout(() => setTyping(null), typingMs)
    changed()
  }
  const forgetAll = () => {
    byId.clear()
    askedGaps.clear()
    last = 0
  }

  const connection = makeConnection({
    token: async () => {
      const token = await guest.token()
      const now = guest.current()?.person
      if (person !== undefined && now !== person) forgetAll()
      person = now
      return token
    },
    refused: guest.refused,
    after: () => last,
    onMessage: (message) => {
      const missing = loaded && message.seq > last + 1 && !askedGaps.has(message.seq)
      if (missing) {
        askedGaps.add(message.seq)
        void connection.resume()
      }
      last = Math.max(last, message.seq)
      byId.set(message.id, message)
      if (message.clientId) outbox.drop(message.clientId)
      if (message.author.by !== 'person') setTyping(null)
      changed()
    },
    onState: (state, resumed) => {
      owner = state.owner
      if (resumed) {
        if (state.seq < last) {
          forgetAll()
          void connection.resume()
        }
        loaded = true
        const mine = guest.current()
        if (mine && !mine.started) {
          guest.markStarted()
          if (state.seq === 0) outbox.add({ id: mine.startId, started: true })
        }
        outbox.tidy()
        outbox.flush()
      }
      changed()
    },
    onTyping: setTyping,
    onLink: (now) => {
      if (link === now) return
      link = now
      changed()
    },
  })

  const read = (): ChatSnapshot => {
    const messages = placed([...byId.values()]).map((message) => (message.clientId ? { ...message, id: message.clientId } : message))
    const known = new Set(messages.map((message) => message.clientId))
    const waiting = outbox.entries().filter((entry) => !known.has(entry.id) && !('started' in entry.body))
    return {
      link,
      loaded,
      owner,
      typing,
      failing: outbox.isFailing(),
      messages: [...messages, ...waiting.map((entry, index) => asMessage(entry, last + 1 + index))],
      outgoing: new Map(waiting.map((entry) => [entry.id, entry])),
    }
  }

  connection.start()
  outbox.flush()
  window.addEventListener('storage', changed)
  window.addEventListener('online', outbox.flush)

  return {
    subscribe: (listener: () => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    snapshot: () => (snapshot ??= read()),
    token: guest.token,
    say: (text: string, files: readonly UploadedFile[]) => {
      const caption = text !== '' && files.length === 1 ? text : undefined
      if (text !== '' && caption === undefined) outbox.add({ id: uuid(), text })
      for (const file of files) outbox.add({ id: uuid(), file: file.id, ...(caption ? { caption } : {}) }, file)
    },
    choose: ({ value, label }: Choice) => outbox.add({ id: uuid(), choice: { value, label } }),
    retry: outbox.retry,
    discard: outbox.drop,
    /** At most one every three seconds reaches the hub. */
    typing: () => {
      if (Date.now() - typedAt < 3_000) return
      typedAt = Date.now()
      connection.typing()
    },
    /** Tells the hub once until which moment (ISO 8601) the person has seen everything; lost on the way, the next one makes up for it. */
    read: (upTo: string) => {
      if (readUpTo === upTo) return
      readUpTo = upTo
      post({ id: uuid(), read: { upTo } }).catch(() => undefined)
    },
    close: () => {
      window.removeEventListener('storage', changed)
      window.removeEventListener('online', outbox.flush)
      clearTimeout(typingTimer)
      connection.close()
      outbox.close()
    },
  }
}
export type Chat = ReturnType<typeof makeChat>

function asMessage(entry: Outgoing, seq: number): MessageView {
  const { body } = entry
  const text = 'text' in body ? body.text : 'choice' in body ? body.choice.label : ''
  const file: FileView | undefined = entry.file
  const kind = file?.mime.startsWith('image/') ? 'image' : 'file'
  const caption = 'file' in body && body.caption ? { caption: body.caption } : {}
  return {
    id: entry.id,
    seq,
    chat: '',
    author: { by: 'person', name: 'You' },
    content: file ? [{ type: 'media', kind, file, ...caption }] : [{ type: 'text', text }],
    at: entry.at,
    sources: [],
    clientId: entry.id,
  }
}
