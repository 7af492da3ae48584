import type { Choice } from '../../channel/index.ts'
import { approvalCard, approvalKey, decisionValues } from '../../core/notices.ts'
import type { ApprovalView } from '../../core/service-desk.ts'
import { allows } from '../../core/trust.ts'
import { requestNumbersOf } from '../understand/slots.ts'
import { labelOf, pressedOn, resultCard, standsSo } from './approval-card.ts'
import { commentFrom, commentIn, isBareAnswer, namedIn, skipsComment } from './approval-words.ts'
import type { Dialogue, Move, Said, Spoken, World } from './dialogue.ts'
import { type ProveWith, WRITE_DIRECTLY } from './prove.ts'
import { choices, TECHNICIAN } from './step.ts'
import { ago } from './when.ts'

/** What somebody wants with approvals. `target`: an approval's id or a request's number. `pressed`: on a button of that approval, so that it needs no further question. */
type Want = {
  readonly target: string | null
  readonly approve: boolean | null
  readonly comment: string | null
  readonly pressed: boolean
  /** The words, where they may name one of several. */
  readonly words: string
}
type Item = { readonly id: string; readonly label: string; readonly number: string }
export type ApprovalsState =
  | { readonly at: 'proving'; readonly want: Want }
  | { readonly at: 'list'; readonly items: readonly Item[]; readonly approve: boolean | null; readonly comment: string | null }
  | { readonly at: 'card' | 'comment'; readonly item: Item; readonly card: string | null }
  | {
      readonly at: 'confirm'
      readonly item: Item
      readonly card: string | null
      readonly approve: boolean
      readonly comment: string | null
    }
type Next = Move<ApprovalsState>

const MOST = 10
const LIST: Choice = { value: 'pending_approvals', label: 'Pending Approvals' }
const BACK: Choice = { value: 'pending_approvals', label: 'Back' }
const YES = 'approvals:yes'
const NO: Choice = { value: 'approvals:no', label: 'No, leave it' }
const NO_COMMENT: Choice = { value: 'approvals:no-comment', label: 'Reject without it' }

const buttonsOf = (id: string): readonly Choice[] => [
  { value: decisionValues(id).approve, label: 'Approve' },
  { value: decisionValues(id).reject, label: 'Reject' },
  BACK,
]
const itemOf = (approval: ApprovalView): Item => ({ id: approval.id, label: labelOf(approval), number: approval.request.number })
const says = (words: string, offered: readonly Choice[] = []): Spoken => ({
  content: offered.length === 0 ? { type: 'text', text: words } : choices(words, offered),
})
const end = (...say: readonly Spoken[]): Next => ({ do: 'end', say })

/** Nothing tells whether there is such an approval and whose it is. */
const notYours = (): Next => end(says('I find no approval of yours under that. It may be somebody else’s to decide.', [LIST, TECHNICIAN]))

const confirmWords = ({ item, approve, comment }: Extract<ApprovalsState, { at: 'confirm' }>): Spoken =>
  says(
    `Shall I ${approve ? 'approve' : 'reject'} ${item.label}${comment === null ? '' : `, with the comment "${comment}"`}?`,
    approve
      ? [{ value: comment === null ? decisionValues(item.id).approve : YES, label: 'Yes, approve' }, NO]
      : [{ value: YES, label: 'Yes, reject' }, { value: decisionValues(item.id).reject, label: 'Change the comment' }, NO],
  )
const commentWords = (item: Item): Spoken =>
  says(`Why do you reject ${item.label}? A sentence is enough; whoever asked for it will read it.`, [
    NO_COMMENT,
    { value: decisionValues(item.id).details, label: 'Back' },
  ])
const listWords = (items: readonly Item[], all: number, approve: boolean | null): Spoken => {
  const what =
    approve === null ? 'Which one shall I show?' : `Which one do you want to ${approve ? 'approve' : 'reject'}? One at a time, please.`
  const counted =
    all > items.length
      ? `${all} approvals wait for you; these are the ${items.length} that wait longest.`
      : `${all} approvals wait for you.`
  return says(
    `${counted} ${what}`,
    items.map(({ id, label }) => ({ value: decisionValues(id).details, label })),
  )
}

/** Everything begins here, and again after a proof: who is it, may they, and which approval is it about. */
const go = async (want: Want, world: World): Promise<Next> => {
  if (!world.direct) return end(says(WRITE_DIRECTLY))
  const { trust, email } = await world.standing()
  const deed = want.approve === null ? 'see-approvals' : 'decide-approval'
  if (email === null || !allows(trust, deed))
    return {
      do: 'first',
      state: { at: 'proving', want },
      dialogue: 'prove',
      with: { purpose: 'approval', email } satisfies ProveWith,
      say: [],
    }
  if (want.target === null) return goTo(want, email, world)
  if (want.pressed && want.approve === true)
    return decide({ id: want.target, approved: true, comment: want.comment, card: null, typed: false }, world)
  const approval = await world.desk.approval(want.target, email)
  return approval === null ? notYours() : goOn(approval, want, email, world)
}

/** No approval was named outright: the only one there is, the one that the words fit, or a list to choose from. */
const goTo = async (want: Want, email: string, world: World): Promise<Next> => {
  const waiting = await world.desk.approvalsOf(email)
  const only = waiting.length === 1 ? waiting[0] : want.approve === null ? undefined : namedIn(want.words, waiting)
  if (only !== undefined) return goOn(only, want, email, world)
  if (waiting.length === 0) return end(says('Nothing waits for your approval at the moment.'))
  const items = waiting.slice(0, MOST).map(itemOf)
  const { approve, comment } = want
  return { do: 'ask', state: { at: 'list', items, approve, comment }, say: [listWords(items, waiting.length, approve)] }
}

const goOn = (approval: ApprovalView, want: Want, email: string, world: World): Next => {
  const own = approval.decisions.some(({ by }) => by.toLowerCase() === email.toLowerCase())
  if (approval.state !== 'pending' || own) return end({ ...says(standsSo(approval, email, world.now)) })
  const item = itemOf(approval)
  if (want.approve === false && want.pressed) return { do: 'ask', state: { at: 'comment', item, card: null }, say: [commentWords(item)] }
  const card = `${approvalKey(approval.id)}:${world.key('card')}`
  const shown: Spoken = {
    content: approvalCard(approval, {
      asked: ago(approval.request.openedAt, world.now),
      choices: want.approve === null ? buttonsOf(approval.id) : [],
    }),
    key: card,
  }
  const several = requestNumbersOf(want.words).length > 1
  const say = several ? [says(`One after the other, please: first ${item.number}.`), shown] : [shown]
  if (want.approve === null) return { do: 'ask', state: { at: 'card', item, card }, say }
  if (!want.approve && want.comment === null) return { do: 'ask', state: { at: 'comment', item, card }, say: [...say, commentWords(item)] }
  const state = { at: 'confirm', item, card, approve: want.approve, comment: want.comment } as const
  return { do: 'ask', state, say: [...say, confirmWords(state)] }
}

type Decision = {
  readonly id: string
  readonly approved: boolean
  readonly comment: string | null
  /** The message that showed it in this dialogue; the hub's own one is changed where there was none. */
  readonly card: string | null
  /** Words, and what was asked back, are answered below them; a button shows on its own card what came of it. */
  readonly typed: boolean
}

/** The only way to a decision. */
const decide = async ({ id, approved, comment, card, typed }: Decision, world: World): Promise<Next> => {
  const { trust, email, name } = await world.standing()
  if (email === null || !allows(trust, 'decide-approval'))
    return go({ target: id, approve: approved, comment, pressed: comment === null, words: '' }, world)
  const result = await world.desk.decide(id, { email, name }, approved, comment, world.key(`decide-${id}`))
  if (result.ok) {
    const others = (await world.desk.approvalsOf(email)).filter((one) => one.id !== id).length
    const done = typed ? `Done: ${result.approval.request.number} is ${approved ? 'approved' : 'rejected'} by you.` : ''
    const more = others === 0 ? '' : others === 1 ? 'One more approval waits for you.' : `${others} more approvals wait for you.`
    const below = [done, more].filter((words) => words !== '').join(' ')
    return end(
      { content: resultCard(result.approval, approved, comment), key: card ?? approvalKey(id) },
      ...(below === '' ? [] : [says(below, more === '' ? [] : [LIST])]),
    )
  }
  switch (result.reason) {
    case 'not-yours':
      return notYours()
    case 'own-request':
      return end(says("That is a request of your own, so somebody else has to decide on it. I've left it as it is."))
    case 'already':
      return result.approval === null
        ? notYours()
        : end({ ...says(standsSo(result.approval, email, world.now)), ...(typed ? {} : { key: card ?? approvalKey(id) }) })
  }
}

/** What was pressed or said, as far as it is about approvals. */
const wantOf = (said: Said, wish: string | null): Want => {
  const pressed = said.chosen === undefined ? null : pressedOn(said.chosen)
  if (pressed !== null) return { target: pressed.id, approve: pressed.approve, comment: null, pressed: true, words: '' }
  const approve = wish === 'approve' ? true : wish === 'reject' ? false : null
  const words = said.chosen === undefined ? said.text : ''
  const [number] = requestNumbersOf(words)
  return { target: number ?? null, approve, comment: approve === null ? null : commentIn(words), pressed: false, words }
}

const wishIn = ({ command }: Said): string | null => (command.do === 'start' ? command.wish : null)
const isWish = (said: Said): boolean => {
  const wish = wishIn(said)
  return wish === 'approve' || wish === 'reject' || wish === 'pending_approvals'
}
const left = (item: Item): Next => end(says(`All right, ${item.number} is left as it is.`))

/** Words about the approval on the table: "approve it", "reject it, too expensive"; another one where a number says so. */
const goWith = async (item: Item, said: Said, world: World): Promise<Next> => {
  const want = wantOf(said, wishIn(said))
  return go({ ...want, target: want.target ?? (want.approve === null ? null : item.id) }, world)
}

const takeComment = async (state: Extract<ApprovalsState, { at: 'comment' | 'card' }>, said: Said, world: World): Promise<Next | null> => {
  const { item, card } = state
  const rejected = { id: item.id, approved: false, card, typed: said.chosen === undefined }
  if (said.chosen === NO_COMMENT.value || (said.chosen === undefined && skipsComment(said.text)))
    return decide({ ...rejected, comment: null }, world)
  if (said.chosen !== undefined) return null
  const named = commentIn(said.text)
  const short = said.text.trim().split(/\s+/).length <= 3
  if (isBareAnswer(said.text) || (short && named === null && isWish(said)))
    return wishIn(said) === 'approve' ? goWith(item, said, world) : { do: 'ask', state, say: [commentWords(item)] }
  const comment = short && isWish(said) ? named : commentFrom(said.text)
  return comment === null ? { do: 'ask', state, say: [commentWords(item)] } : decide({ ...rejected, comment }, world)
}

const takeConfirm = async (state: Extract<ApprovalsState, { at: 'confirm' }>, said: Said, world: World): Promise<Next | null> => {
  const { item, approve, comment, card } = state
  const decided = { id: item.id, approved: approve, card, typed: said.chosen === undefined }
  if (said.chosen === YES) return decide({ ...decided, comment }, world)
  if (said.chosen === NO.value) return left(item)
  if (said.chosen !== undefined) return null
  const { target } = wantOf(said, null)
  const same = target === null || item.number === target || item.number.endsWith(`-${target}`)
  const repeats = wishIn(said) === (approve ? 'approve' : 'reject') && same
  if (said.command.do === 'affirm' || repeats) return decide({ ...decided, comment: comment ?? commentIn(said.text) }, world)
  if (said.command.do === 'deny') return left(item)
  return isWish(said) ? goWith(item, said, world) : null
}

/** Approvals that wait for somebody: the list, the details, the decision. Buttons decide at once; words are asked back once. */
export const approvals: Dialogue<ApprovalsState> = {
  name: 'approvals',
  version: 1,
  begin: ({ wish, said }, world) => go(wantOf(said, wish), world),
  async resume(state, world) {
    return state.at === 'proving' ? go(state.want, world) : { do: 'ask', state, say: approvals.ask(state, world, { do: 'resumed' }) }
  },
  async take(state, said, world) {
    if (said.chosen !== undefined && pressedOn(said.chosen) !== null) {
      const want = wantOf(said, null)
      const kept = state.at === 'list' && want.approve === null ? { approve: state.approve, comment: state.comment, pressed: false } : {}
      const onCard = 'item' in state && state.item.id === want.target ? state.card : null
      if (want.approve === true && want.target !== null && world.direct)
        return decide({ id: want.target, approved: true, comment: null, card: onCard, typed: state.at === 'confirm' }, world)
      return go({ ...want, ...kept }, world)
    }
    if (said.chosen === LIST.value) return go(wantOf(said, null), world)
    switch (state.at) {
      case 'proving':
        return go(state.want, world)
      case 'list': {
        if (said.chosen !== undefined) return null
        const want = wantOf(said, wishIn(said))
        if (want.target === null && !isWish(said)) return null
        return go({ ...want, approve: want.approve ?? state.approve, comment: want.comment ?? state.comment }, world)
      }
      case 'card':
        if (said.chosen !== undefined) return null
        if (said.command.do === 'deny' || said.command.do === 'dismiss') return left(state.item)
        if (said.command.do === 'affirm') return { do: 'ask', state, say: approvals.ask(state, world, { do: 'again' }) }
        return isWish(said) ? goWith(state.item, said, world) : null
      case 'comment':
        return takeComment(state, said, world)
      case 'confirm':
        return takeConfirm(state, said, world)
    }
  },
  ask(state): readonly Spoken[] {
    switch (state.at) {
      case 'proving':
        return [says('Shall I show your approvals?', [LIST, TECHNICIAN])]
      case 'list':
        return [listWords(state.items, state.items.length, state.approve)]
      case 'card':
        return [says(`${state.item.label}: approve or reject?`, buttonsOf(state.item.id))]
      case 'comment':
        return [commentWords(state.item)]
      case 'confirm':
        return [confirmWords(state)]
    }
  },
  back: (state) => (state.at === 'comment' || state.at === 'confirm' ? { at: 'card', item: state.item, card: state.card } : null),
  filled: (state) => (state.at === 'confirm' ? 1 : 0),
  wantsWords: (state) => state.at === 'comment',
  title: (state) => ('item' in state ? `the approval of ${state.item.label}` : 'your approvals'),
  summary: (state) => ('item' in state ? `Was deciding on the approval of ${state.item.label}.` : 'Was looking at pending approvals.'),
}

/** Only shows something: it may be left without a word. */
export const showsOnly = (state: ApprovalsState): boolean => state.at === 'list' || state.at === 'card'
