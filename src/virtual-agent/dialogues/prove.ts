import type { Choice } from '../../channel/index.ts'
import type { CodePurpose } from '../../core/directory.ts'
import { emailsOf } from '../understand/slots.ts'
import { codeIn } from './codes.ts'
import type { Dialogue, Move, Said, Spoken, World } from './dialogue.ts'
import { choices, TECHNICIAN, text } from './step.ts'

/** Where it stands. `renew`: the code is spent, and a new one is offered. `wait`: none can be sent for a while. */
export type ProveState = {
  readonly at: 'email' | 'code' | 'renew' | 'wait'
  readonly purpose: CodePurpose
  readonly email: string | null
  /** So many codes were asked for, and so many were tried of the last one. */
  readonly sends: number
  readonly tries: number
  /** What to say when the question is put again. */
  readonly asked: string
}
/** What the dialogue that needs a proof hands over. `email`: an address that is theirs already, where one is known. */
export type ProveWith = { readonly purpose: CodePurpose; readonly email: string | null }

/** Said where a thing is for one person alone and others read along. */
export const WRITE_DIRECTLY =
  'Others can read along here, so this is not the place for it. Please write to me directly, and I will help you there at once.'

const AGAIN: Choice = { value: 'code:again', label: 'Send it again' }
const NEW: Choice = { value: 'code:again', label: 'Send a new code' }
const OTHER: Choice = { value: 'code:other', label: 'Use another address' }

const WHY: { readonly [purpose in CodePurpose]: string } = {
  link: 'I need to know that it is you',
  approval: 'approvals are for the approver alone',
  password: 'nobody else may get into your account',
}

const asking = (state: ProveState, offered: readonly Choice[]): Move<ProveState> => ({
  do: 'ask',
  state,
  say: [{ content: offered.length === 0 ? text(state.asked) : choices(state.asked, offered) }],
})
const offeredAt = (at: ProveState['at']): readonly Choice[] => {
  switch (at) {
    case 'email':
      return []
    case 'code':
      return [AGAIN, OTHER, TECHNICIAN]
    case 'renew':
      return [NEW, OTHER, TECHNICIAN]
    case 'wait':
      return [{ ...NEW, label: 'Try again' }, OTHER, TECHNICIAN]
  }
}
const at = (state: ProveState, where: ProveState['at'], asked: string): Move<ProveState> =>
  asking({ ...state, at: where, asked }, offeredAt(where))

const askEmail = (state: ProveState, asked: string): Move<ProveState> => at({ ...state, email: null }, 'email', asked)
/** An address that the person did not type here: enough to recognise it. */
const hinted = (email: string): string => `${email[0]}…${email.slice(email.lastIndexOf('@'))}`
const minutesIn = (minutes: number): string => (minutes === 1 ? 'one minute' : `${minutes} minutes`)

/** The answer is word for word the same whether the address has an account or not. */
const send = async (state: ProveState, email: string, world: World, named = 'that address'): Promise<Move<ProveState>> => {
  const sent = { ...state, email, sends: state.sends + 1, tries: 0 }
  const result = await world.identities.sendCode(world.identity, email, state.purpose, world.key(`code-${sent.sends}`))
  if (result.ok)
    return at(
      sent,
      'code',
      `I've sent a code to ${named} if it belongs to an account. Please type its six digits here within ${minutesIn(result.minutes)}.`,
    )
  return result.reason === 'too-many'
    ? at(sent, 'wait', `Too many codes were asked for. Please try again in ${minutesIn(result.minutes)}.`)
    : at(sent, 'wait', `I can't send any mail at the moment. Please try again in ${minutesIn(Math.max(1, result.minutes))}.`)
}

const tryOne = async (state: ProveState, code: string, world: World): Promise<Move<ProveState>> => {
  const tried = { ...state, tries: state.tries + 1 }
  const result = await world.identities.tryCode(world.identity, code, world.key(`try-${tried.sends}-${tried.tries}`))
  if (result.ok) return { do: 'end', say: [{ content: text("Thank you, that's right.") }] }
  switch (result.reason) {
    case 'wrong': {
      if (result.left < 1) return at(tried, 'renew', 'That was wrong too often, so the code no longer counts. Shall I send a new one?')
      return at(
        tried,
        'code',
        `That is not the code from the mail. You can try ${result.left === 1 ? 'once more' : `${result.left} more times`}.`,
      )
    }
    case 'used-up':
      return at(tried, 'renew', 'That was wrong too often, so the code no longer counts. Shall I send a new one?')
    case 'expired':
      return at(tried, 'renew', 'That code has expired. Shall I send a new one?')
    case 'none':
      return at(tried, 'renew', 'There is no code under way any more. Shall I send a new one?')
  }
}

const MISSING = /\b(?:resend|send (?:it |me )?(?:again|another|a new)|another code|new code|again please|try again)\b/iu
const NOT_HERE =
  /\b(?:did ?n[o']?t|do ?n[o']?t|have ?n[o']?t|has ?n[o']?t|did not|do not|have not|has not|never|no|nothing|not)\b.*\b(?:get|got|received?|arrived?|came|come|code|mail|e-?mail|see)\b|\bwhere is (?:it|the (?:code|mail))\b/iu
const ELSEWHERE =
  /\b(?:(?:other|another|different|wrong|new) (?:e-?mail|mail|address)|typo in (?:the|my) (?:e-?mail|mail|address)|use another)\b/iu
const SIX = 'The code has six digits. Please type just those, as they stand in the mail.'

const takeEmail = async (state: ProveState, said: Said, world: World): Promise<Move<ProveState> | null> => {
  const emails = emailsOf(said.text)
  if (emails.length === 1) return send(state, emails[0]!, world)
  if (emails.length > 1) return askEmail(state, 'Those are several addresses. Which one is on file for your account?')
  return said.text.includes('@')
    ? askEmail(state, "That doesn't look like a whole e-mail address. It should read like name@example.com.")
    : null
}

const takeCode = async (state: ProveState, said: Said, world: World): Promise<Move<ProveState> | null> => {
  const email = state.email
  if (email === null) return askEmail(state, 'Please type your e-mail address.')
  const [typed] = emailsOf(said.text)
  if (typed !== undefined) return send(state, typed, world)
  const code = codeIn(said.text)
  if (code !== null) return tryOne(state, code, world)
  const { command } = said
  const words = said.text.replace(/[’‘]/g, "'")
  if (ELSEWHERE.test(words)) return askEmail(state, 'All right. Which address shall I send a code to?')
  if (MISSING.test(words) || NOT_HERE.test(words)) return send(state, email, world)
  if (state.at !== 'code' && command.do === 'affirm') return send(state, email, world)
  if (/^[\p{Nd}\s.,-]+$/u.test(said.text) || said.text.includes('••')) return at(state, state.at, SIX)
  return null
}

/**
 * Proves who somebody is: a code to an address, typed back here. Ends only when that has been proven, or where others read along, when nothing is
 * asked at all; so whoever comes after it asks for the standing afresh.
 */
export const prove: Dialogue<ProveState> = {
  name: 'prove',
  version: 1,
  async begin({ said, with: handed }, world) {
    if (!world.direct) return { do: 'end', say: [{ content: text(WRITE_DIRECTLY) }] }
    const { purpose, email } = (handed ?? { purpose: 'link', email: null }) as ProveWith
    const state: ProveState = { at: 'email', purpose, email: null, sends: 0, tries: 0, asked: '' }
    const typed = said.chosen === undefined ? emailsOf(said.text) : []
    if (typed.length === 1) return send(state, typed[0]!, world)
    if (email !== null) return send(state, email, world, hinted(email))
    return askEmail(state, `Which e-mail address is on file for you? I'll send a code there, because ${WHY[purpose]}.`)
  },
  async take(state, said, world) {
    if (!world.direct) return { do: 'end', say: [{ content: text(WRITE_DIRECTLY) }] }
    if (said.chosen === OTHER.value) return askEmail(state, 'All right. Which address shall I send a code to?')
    if (said.chosen === AGAIN.value && state.email !== null) return send(state, state.email, world)
    if (said.chosen !== undefined) return null
    return state.at === 'email' ? takeEmail(state, said, world) : takeCode(state, said, world)
  },
  ask(state, _world, why): readonly Spoken[] {
    const offered = offeredAt(state.at)
    if (why.do === 'missed' && state.at === 'email')
      return [{ content: choices('Please type your e-mail address; it reads like name@example.com.', [TECHNICIAN]) }]
    if (why.do === 'missed' && state.at === 'code') return [{ content: choices(SIX, offered) }]
    const words = state.at === 'code' ? 'Please type the six digits of the code from the mail.' : state.asked
    return [{ content: offered.length === 0 ? text(words) : choices(words, offered) }]
  },
  back: (state) => (state.at === 'email' ? null : { ...state, at: 'email', email: null, asked: 'Which address shall I send a code to?' }),
  filled: (state) => (state.at === 'email' ? 0 : 1),
  wantsWords: () => false,
  title: () => 'the check that it is you',
  summary: (state) => `Not proven yet who they are${state.email === null ? '' : `; a code was asked for by ${state.email}`}.`,
}
