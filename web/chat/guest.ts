import type { GuestToken } from '../../src/http/api-types.ts'
import { ApiError, call } from '../shared/api.ts'
import { forget, keep, kept, oneTab } from '../shared/keep.ts'
import { uuid } from '../shared/uuid.ts'

export type Guest = GuestToken & {
  readonly obtainedAt: string
  /** The id of the message that opens the chat: the same from every tab, so that it counts once. */
  readonly startId: string
  readonly started: boolean
}

const key = 'switchboard.guest'

/** Who this browser is to the hub. Kept over reloads and shared by all tabs; a token past half its life is renewed. */
export function makeGuest() {
  const current = () => kept<Guest>(key)

  const store = (token: GuestToken, before?: Guest): Guest => {
    const same = before?.person === token.person
    const guest = {
      ...token,
      obtainedAt: new Date().toISOString(),
      startId: same ? before.startId : uuid(),
      started: same ? before.started : false,
    }
    keep(key, guest)
    return guest
  }

  const create = async () => store(await call<GuestToken>('/api/guest', { json: {} }))

  const renew = async (guest: Guest): Promise<Guest> => {
    try {
      return store(await call<GuestToken>('/api/guest/renew', { method: 'POST', token: guest.token }), guest)
    } catch (error) {
      if (!(error instanceof ApiError) || (error.status !== 401 && error.status !== 403)) throw error
      forget(key)
      return await create()
    }
  }

  /** A token that is good now; makes a new guest where there is none. Throws `ApiError` where the hub is away. */
  const token = (): Promise<string> =>
    oneTab('switchboard.guest', async () => {
      const guest = current()
      if (!guest) return (await create()).token
      const [from, until, now] = [Date.parse(guest.obtainedAt), Date.parse(guest.expiresAt), Date.now()]
      if (now < from + (until - from) / 2) return guest.token
      try {
        return (await renew(guest)).token
      } catch (error) {
        if (now < until) return guest.token
        throw error
      }
    })

  /** The hub did not take this token: renewed, or a new guest where it can't be. Another tab may have done so already. */
  const refused = (token: string): Promise<void> =>
    oneTab('switchboard.guest', async () => {
      const guest = current()
      if (!guest) await create()
      else if (guest.token === token) await renew(guest)
    })

  const markStarted = () => {
    const guest = current()
    if (guest) keep(key, { ...guest, started: true })
  }
  return { current, token, refused, markStarted }
}
