import type { PasswordHelp } from '../core/directory.ts'
import type { Reader, ServiceDesk } from '../core/service-desk.ts'
import { allows, type Deed, type IdentityName, type Standing } from '../core/trust.ts'
import type { Audience } from './ports.ts'

/** A dialogue asked for a deed that this identity is not trusted with, or on behalf of somebody else. Nothing was done. */
export class NotTrusted extends Error {
  override readonly name = 'NotTrusted'
  readonly deed: Deed
  constructor(deed: Deed) {
    super(`This needs more trust: ${deed}.`)
    this.deed = deed
  }
}

type Ports = { readonly desk: ServiceDesk; readonly passwords: PasswordHelp }

/**
 * The one way from the dialogues to the desk and to accounts: each call is checked against `DEEDS` right before it is made, whatever the dialogue
 * believes, and acts only in the name of this identity and of the address that is proven for it. Rejects with `NotTrusted`.
 */
export const gated = (
  { desk, passwords }: Ports,
  who: { readonly identity: IdentityName; readonly standing: () => Promise<Standing> },
): Ports => {
  const isMe = (identity: IdentityName | null): boolean =>
    identity === null ||
    (identity.channel === who.identity.channel && identity.account === who.identity.account && identity.key === who.identity.key)

  /** `email`: in whose name; null where the identity alone has to do. */
  const check = async (deed: Deed, email: string | null): Promise<void> => {
    const standing = await who.standing()
    const own = email === null || (standing.trust !== 'guest' && standing.email?.toLowerCase() === email.toLowerCase())
    if (!own || !allows(standing.trust, deed)) throw new NotTrusted(deed)
  }
  const read = async ({ identity, email }: Reader, own: Deed, all: Deed): Promise<void> => {
    const deed = email === null ? own : all
    if (!isMe(identity)) throw new NotTrusted(deed)
    await check(deed, email)
  }
  const sees = (reader: Reader) => read(reader, 'see-own-requests', 'see-requests')
  const writes = (reader: Reader) => read(reader, 'comment-own-requests', 'comment-requests')

  return {
    desk: {
      async open(request, key) {
        if (!isMe(request.requester.identity)) throw new NotTrusted('open-request')
        await check('open-request', request.requester.email)
        return desk.open(request, key)
      },
      async requestsOf(reader, which) {
        await sees(reader)
        return desk.requestsOf(reader, which)
      },
      async request(number, reader) {
        await sees(reader)
        return desk.request(number, reader)
      },
      async similar(reader, words, limit) {
        await sees(reader)
        return desk.similar(reader, words, limit)
      },
      async comment(number, reader, said, key) {
        await writes(reader)
        return desk.comment(number, reader, said, key)
      },
      async reopen(number, reader, why, key) {
        await writes(reader)
        return desk.reopen(number, reader, why, key)
      },
      async cancel(number, reader, key) {
        await writes(reader)
        return desk.cancel(number, reader, key)
      },
      async approvalsOf(email) {
        await check('see-approvals', email)
        return desk.approvalsOf(email)
      },
      async approval(idOrNumber, email) {
        await check('see-approvals', email)
        return desk.approval(idOrNumber, email)
      },
      async decide(id, by, approved, comment, key) {
        await check('decide-approval', by.email)
        return desk.decide(id, by, approved, comment, key)
      },
    },
    passwords: {
      async resetLink(email, key) {
        await check('reset-password', email)
        return passwords.resetLink(email, key)
      },
      async unlock(email, key) {
        await check('unlock-account', email)
        return passwords.unlock(email, key)
      },
      get skipsCode() {
        return passwords.skipsCode
      },
    },
  }
}

/** Whose articles may be read out here: those for employees only to somebody the organisation knows, and where nobody else reads along. */
export const audiencesFor = async (
  who: { readonly direct: boolean; standing(): Promise<Standing> } | null,
): Promise<readonly Audience[]> => {
  if (who?.direct !== true) return ['public']
  const { trust, employee } = await who.standing()
  return employee && allows(trust, 'read-employee-articles') ? ['public', 'employees'] : ['public']
}
