import type { Content } from '../../channel/index.ts'
import { allows } from '../../core/trust.ts'
import type { Dialogue, Move, World } from './dialogue.ts'
import { type ProveWith, WRITE_DIRECTLY } from './prove.ts'
import { choices, NOT_NOW, TECHNICIAN, text } from './step.ts'

/** Nothing but the wish is kept; who it is for comes out of the proof. */
export type AccountState = { readonly wants: 'reset' | 'unlock' }

const DEED = { reset: 'reset-password', unlock: 'unlock-account' } as const
const RETRY = { reset: { value: 'reset_password', label: 'Try again' }, unlock: { value: 'account_locked', label: 'Try again' } } as const

const end = (...contents: readonly Content[]): Move<AccountState> => ({ do: 'end', say: contents.map((content) => ({ content })) })

const away = (wants: AccountState['wants']): Move<AccountState> =>
  end(
    choices("I can't reach the directory of accounts at the moment. Nothing was changed; please try again in a few minutes.", [
      RETRY[wants],
      TECHNICIAN,
    ]),
  )
const noAccount: Move<AccountState> = end(
  choices('The address is yours, but the directory has no account for it. A technician can find out why: shall I get one?', [
    TECHNICIAN,
    NOT_NOW,
  ]),
)

const reset = async (email: string, world: World): Promise<Move<AccountState>> => {
  const result = await world.passwords.resetLink(email, world.key('link'))
  if (!result.ok) return result.reason === 'away' ? away('reset') : noAccount
  const { url, minutes } = result
  return end({
    type: 'card',
    title: 'Choose a new password',
    text: `The link is for you alone: it works once, within ${minutes} minutes. Please don't write any password here in the chat.`,
    link: { label: 'Choose a new password', url },
  })
}

const unlock = async (email: string, world: World): Promise<Move<AccountState>> => {
  const result = await world.passwords.unlock(email, world.key('unlock'))
  if (!result.ok) return result.reason === 'away' ? away('unlock') : noAccount
  return result.was === 'locked'
    ? end(
        choices(
          'Your account is unlocked: you can sign in again right away. If you have forgotten the password, I help you to a new one.',
          [{ value: 'reset_password', label: 'Reset Password' }, NOT_NOW],
        ),
      )
    : end(
        choices("Your account isn't locked. If you can't sign in, a new password may help, or a technician has a look.", [
          { value: 'reset_password', label: 'Reset Password' },
          TECHNICIAN,
        ]),
      )
}

const act = ({ wants }: AccountState, email: string, world: World): Promise<Move<AccountState>> =>
  wants === 'reset' ? reset(email, world) : unlock(email, world)

const first = (state: AccountState, email: string | null): Move<AccountState> => ({
  do: 'first',
  state,
  dialogue: 'prove',
  with: { purpose: 'password', email } satisfies ProveWith,
  say: [],
})

const start = async (state: AccountState, world: World): Promise<Move<AccountState>> => {
  if (!world.direct) return end(text(WRITE_DIRECTLY))
  const { trust, email } = await world.standing()
  const may = world.passwords.skipsCode && allows(trust, DEED[state.wants])
  return may && email !== null ? act(state, email, world) : first(state, email)
}

/** A forgotten password and a locked account. The code comes first, unless the organisation lets verified people go without; nothing is told of an account before. */
export const account: Dialogue<AccountState> = {
  name: 'account',
  version: 1,
  async begin({ wish }, world) {
    return start({ wants: wish === 'account_locked' ? 'unlock' : 'reset' }, world)
  },
  async resume(state, world) {
    const { trust, email } = await world.standing()
    return world.direct && allows(trust, DEED[state.wants]) && email !== null ? act(state, email, world) : first(state, email)
  },
  async take(state, said, world) {
    const { command, chosen } = said
    if (command.do === 'deny' || command.do === 'dismiss') return end(text('All right, nothing was changed.'))
    return chosen === RETRY[state.wants].value || command.do === 'affirm' ? start(state, world) : null
  },
  ask: (state) => [
    {
      content: choices(state.wants === 'reset' ? 'Do you still need a new password?' : 'Shall I still unlock your account?', [
        { ...RETRY[state.wants], label: 'Yes, please' },
        NOT_NOW,
      ]),
    },
  ],
  back: () => null,
  filled: () => 0,
  wantsWords: () => false,
  title: (state) => (state.wants === 'reset' ? 'your new password' : 'unlocking your account'),
  summary: (state) => (state.wants === 'reset' ? 'Has forgotten a password and wants a new one.' : 'Wants an account unlocked.'),
}
