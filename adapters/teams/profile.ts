import type { Address, Person, Profile } from '../../src/channel/index.ts'
import type { TeamsConfig } from './config.ts'
import type { Connector } from './connector.ts'
import { replyOf } from './send.ts'

/** https://learn.microsoft.com/javascript/api/botframework-schema/teamschannelaccount */
type Member = {
  readonly name?: unknown
  readonly email?: unknown
  readonly userPrincipalName?: unknown
  readonly tenantId?: unknown
  readonly userRole?: unknown
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
const isAddress = (value: string | undefined): value is string => value !== undefined && /^[^\s@#]+@[^\s@]+\.[^\s@]+$/.test(value)

/**
 * What the directory tells of a person; in a channel the team is asked. The e-mail address is vouched for only for members of the
 * account's own tenant: the administrators of another one can write any address into theirs, and a guest's is from elsewhere.
 */
export async function profile(
  { keys, connector }: { readonly keys: TeamsConfig; readonly connector: Connector },
  person: Person,
  to: Address,
  signal: AbortSignal,
): Promise<Profile> {
  const reply = replyOf(to)
  const where = reply.type === 'channel' ? (reply.team ?? reply.conversation.split(';', 1)[0]!) : reply.conversation
  const path = `conversations/${encodeURIComponent(where)}/members/${encodeURIComponent(person.key)}`
  const member = await connector.call<Member>(reply.serviceUrl, { method: 'GET', path, signal })
  const principal = text(member.userPrincipalName)
  const guest = text(member.userRole) === 'guest' || /#EXT#/i.test(principal ?? '')
  const email = [text(member.email), guest ? undefined : principal].find(isAddress)?.toLowerCase()
  const ours = keys.tenantId !== undefined && text(member.tenantId)?.toLowerCase() === keys.tenantId.toLowerCase()
  const name = text(member.name)
  return {
    ...(name ? { name } : {}),
    ...(email ? { email, emailVouched: ours && !guest } : {}),
    ...(person.language ? { language: person.language } : {}),
  }
}
