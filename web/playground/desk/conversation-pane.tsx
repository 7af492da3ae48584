import { ActionIcon, Button } from '@mantine/core'
import { IconArrowLeft } from '@tabler/icons-react'
import { type ReactNode, useLayoutEffect, useRef } from 'react'
import type { ConversationSummary, MessageView } from '../../../src/http/api-types.ts'
import { useStickToBottom } from '../../shared/stick-to-bottom.ts'
import { Thread, TypingDots } from '../../shared/thread.tsx'
import { placed } from '../../shared/thread-lines.ts'
import { DeliveryTick } from './delivery-tick.tsx'
import styles from './desk.module.css'
import { DeskComposer } from './desk-composer.tsx'
import { RequestsStrip } from './requests-strip.tsx'
import type { Acts, PendingAct } from './use-acts.ts'
import { useConversation } from './use-desk.ts'

type PaneProps = {
  readonly id: string
  readonly me: string
  readonly acts: Acts
  readonly typing: string | null
  readonly back: () => void
}

/** One conversation: everything said, what may be done about it, and the box to answer in. */
export function ConversationPane({ id, me, acts, typing, back }: PaneProps) {
  const { conversation, known, error, earlier } = useConversation(id)
  const pending = acts.pending.filter((one) => one.conversation === id)
  const scroll = useStickToBottom(`${known?.messages.at(-1)?.id} ${pending.length}`)
  const readEarlier = useKeptPlace(scroll.box, known?.messages[0]?.seq, earlier.mutate)
  if (!conversation || !known) return <div className={styles.blank}>{error ? error.message : 'Opening…'}</div>
  const problem = pending.find((one) => one.problem && !isSpoken(one))
  const waiting = pending.filter(isSpoken).map((one, index) => asMessage(one, me, index))
  const foot = (message: MessageView, last: boolean): ReactNode => {
    const mine = pending.find((one) => one.key === message.id)
    if (mine?.problem)
      return (
        <span className={styles.tick} data-state="failed">
          Not sent: {mine.problem}
          <button type="button" onClick={() => acts.retry(mine)}>
            Try again
          </button>
          <button type="button" onClick={() => acts.dismiss(mine.key)}>
            Delete
          </button>
        </span>
      )
    return (
      <>
        {message.delivery ? <DeliveryTick delivery={message.delivery} /> : null}
        {last && !message.note
          ? message.sources.map((source) => (
              <span key={source} className={styles.source}>
                {source}
              </span>
            ))
          : null}
      </>
    )
  }
  return (
    <div className={styles.pane}>
      <header className={styles.paneHead}>
        <ActionIcon className={styles.back} variant="subtle" color="gray" size={36} aria-label="Back to the list" onClick={back}>
          <IconArrowLeft size={20} />
        </ActionIcon>
        <div className={styles.paneTitle}>
          <h2>{conversation.person.name}</h2>
          <p>
            {conversation.channelTitle} · {ownerText(conversation)}
            {conversation.reach === 'reachable' ? '' : conversation.reach === 'blocked' ? ' · has blocked us' : ' · has left'}
          </p>
        </div>
        <Deeds conversation={conversation} me={me} act={acts.act} busy={pending.some((one) => !one.problem && !isSpoken(one))} />
      </header>
      {problem ? (
        <p className={styles.problem} role="alert">
          {problem.problem}
          <button type="button" onClick={() => acts.dismiss(problem.key)}>
            Dismiss
          </button>
        </p>
      ) : null}
      <RequestsStrip id={id} />
      <div
        className={styles.scroll}
        ref={scroll.box}
        onScroll={scroll.onScroll}
        role="log"
        aria-label={`Conversation with ${conversation.person.name}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
      >
        <div>
          {known.more ? (
            <Button className={styles.earlier} variant="default" size="xs" radius="xl" loading={earlier.isPending} onClick={readEarlier}>
              Load earlier messages
            </Button>
          ) : null}
          {earlier.error ? <p className={styles.none}>{earlier.error.message}</p> : null}
          {conversation.summary ? (
            <p className={styles.summary}>
              <strong>Summary</strong> {conversation.summary}
            </p>
          ) : null}
          <Thread messages={[...placed(known.messages), ...waiting]} reader="desk" foot={foot} />
          {typing ? <TypingDots by="person" name={typing} /> : null}
        </div>
      </div>
      <DeskComposer key={id} conversation={conversation} isMine={isMine(conversation, me)} act={acts.act} />
    </div>
  )
}

/** What the reader sees stays where it is when earlier messages come in above it. */
function useKeptPlace(box: { readonly current: HTMLDivElement | null }, first: number | undefined, read: () => void): () => void {
  const fromEnd = useRef<number | null>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when the first message is another one
  useLayoutEffect(() => {
    const area = box.current
    if (area && fromEnd.current !== null) area.scrollTop = area.scrollHeight - fromEnd.current
    fromEnd.current = null
  }, [first])
  return () => {
    const area = box.current
    fromEnd.current = area ? area.scrollHeight - area.scrollTop : null
    read()
  }
}

const isSpoken = ({ act }: PendingAct) => act.do === 'say' || act.do === 'note'
const isMine = (conversation: ConversationSummary, me: string) => conversation.owner.by === 'technician' && conversation.owner.name === me

type DeedsProps = { readonly conversation: ConversationSummary; readonly me: string; readonly act: Acts['act']; readonly busy: boolean }

function Deeds({ conversation, me, act, busy }: DeedsProps) {
  const { id, owner } = conversation
  const deed = (label: string, what: 'accept' | 'take-over' | 'return' | 'close', primary = false) => (
    <Button key={what} size="xs" radius="xl" variant={primary ? 'filled' : 'default'} disabled={busy} onClick={() => act(id, { do: what })}>
      {label}
    </Button>
  )
  const mine = isMine(conversation, me)
  return (
    <div className={styles.deeds}>
      {owner.by === 'queue' ? deed('Accept', 'accept', true) : null}
      {owner.by === 'virtual-agent' || (owner.by === 'technician' && !mine) ? deed('Take over', 'take-over', true) : null}
      {mine ? deed('Return to virtual agent', 'return') : null}
      {mine || owner.by === 'queue' ? deed('Close', 'close') : null}
    </div>
  )
}

function ownerText({ owner }: ConversationSummary): string {
  switch (owner.by) {
    case 'virtual-agent':
      return 'with the virtual agent'
    case 'queue':
      return `waiting, place ${owner.place} of ${owner.waiting}`
    case 'technician':
      return `with ${owner.name}`
    case 'nobody':
      return 'closed'
  }
}

function asMessage({ key, act, at, shows }: PendingAct, me: string, index: number): MessageView {
  return {
    id: key,
    seq: Number.MAX_SAFE_INTEGER - 1_000 + index,
    chat: '',
    author: { by: 'technician', name: me },
    content: [{ type: 'text', text: shows ?? ('text' in act && act.text ? act.text : 'A file') }],
    at,
    sources: [],
    ...(act.do === 'note' ? { note: true as const } : { delivery: { state: 'sending' as const } }),
  }
}
