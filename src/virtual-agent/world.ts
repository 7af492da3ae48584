import type { Identities, PasswordHelp } from '../core/directory.ts'
import type { Catalogue, ServiceDesk } from '../core/service-desk.ts'
import type { IdentityName, Standing } from '../core/trust.ts'
import type { World } from './dialogues/dialogue.ts'
import { gated } from './trust-gate.ts'

/** What the dialogues act on: the desk, and what is known of people. */
export type Services = {
  readonly desk: ServiceDesk
  readonly identities: Identities
  readonly passwords: PasswordHelp
  readonly catalogue: Catalogue
  /** Whether somebody is told of changes of their requests, in this app. */
  readonly notices: { set(of: IdentityName, on: boolean): Promise<void> }
}

type Around = Omit<World, 'standing' | 'key'>

/** The world of one person in one turn; each dialogue gets it with the keys of its own frame. Who somebody is, is asked when it is needed, and afresh after a code. */
export const makeWorld = (around: Around): ((frame: string) => World) => {
  let known: Promise<Standing> | undefined
  const standing = (): Promise<Standing> => {
    known ??= around.identities.standing(around.identity)
    return known
  }
  const identities: Identities = {
    standing: (of) => around.identities.standing(of),
    sendCode: (of, email, purpose, key) => around.identities.sendCode(of, email, purpose, key),
    tryCode: async (of, code, key) => {
      known = undefined
      return around.identities.tryCode(of, code, key)
    },
  }
  const trusted = gated(around, { identity: around.identity, standing })
  return (frame) => ({ ...around, ...trusted, identities, standing, key: (step) => `${around.conversation}:${frame}:${step}` })
}
