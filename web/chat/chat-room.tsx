import { ActionIcon } from '@mantine/core'
import { IconArrowDown } from '@tabler/icons-react'
import { useEffect, useMemo, useSyncExternalStore } from 'react'
import type { ChatSettings, MessageView } from '../../src/http/api-types.ts'
import { useAttachments } from '../shared/attachments.ts'
import { Composer } from '../shared/composer.tsx'
import { useStickToBottom } from '../shared/stick-to-bottom.ts'
import { Thread, TypingDots } from '../shared/thread.tsx'
import styles from './chat.module.css'
import type { Chat } from './chat.ts'
import { ChatHeader } from './header.tsx'
import { LinkBanner } from './link-banner.tsx'
import { QueueStrip } from './queue-strip.tsx'
import { SendState } from './send-state.tsx'

type RoomProps = { readonly chat: Chat; readonly settings: ChatSettings; readonly playground: boolean }

export function ChatRoom({ chat, settings, playground }: RoomProps) {
  const now = useSyncExternalStore(chat.subscribe, chat.snapshot)
  const uploads = useMemo(() => ({ path: '/api/chat/files', token: chat.token }), [chat])
  const attachments = useAttachments(uploads, settings.attachments)
  const scroll = useStickToBottom(now)
  useReadReceipts(chat, now.messages)
  useTitle(settings.deskName, now.messages)

  const newestOwn = now.messages.findLast((message) => message.author.by === 'person')?.id
  const foot = (message: MessageView, last: boolean) => {
    if (message.author.by !== 'person') return null
    const outgoing = now.outgoing.get(message.id)
    if (outgoing?.state !== 'refused' && (!last || message.id !== newestOwn)) return null
    return <SendState outgoing={outgoing} waiting={now.failing || now.link === 'off'} retry={chat.retry} discard={chat.discard} />
  }
  return (
    <div className={styles.page}>
      <div className={styles.room}>
        <ChatHeader deskName={settings.deskName} owner={now.owner} link={now.link} playground={playground} />
        <LinkBanner link={now.link} />
        <main className={styles.main}>
          <div
            className={styles.scroll}
            ref={scroll.box}
            onScroll={scroll.onScroll}
            role="log"
            aria-live="polite"
            aria-busy={!now.loaded}
            aria-label="Conversation"
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
            tabIndex={0}
          >
            <div className={styles.inner}>
              {now.loaded || now.messages.length > 0 ? null : <Skeleton />}
              <Thread messages={now.messages} reader="person" onChoose={(_message, choice) => chat.choose(choice)} foot={foot} />
              {now.typing ? <TypingDots by={now.owner?.by === 'technician' ? 'technician' : 'virtual-agent'} name={now.typing} /> : null}
            </div>
          </div>
          {scroll.away ? (
            <ActionIcon
              className={styles.toEnd}
              variant="default"
              radius="xl"
              size={38}
              aria-label="Go to the newest message"
              onClick={() => scroll.toEnd('smooth')}
            >
              <IconArrowDown size={19} />
            </ActionIcon>
          ) : null}
        </main>
        <footer className={styles.foot}>
          {now.owner?.by === 'queue' ? <QueueStrip owner={now.owner} /> : null}
          <Composer
            label="Message"
            placeholder={now.owner?.by === 'technician' ? `Write to ${now.owner.name}…` : 'Write a message…'}
            draftKey="switchboard.draft"
            attachments={attachments}
            onTyping={chat.typing}
            onSend={(text, files) => {
              chat.say(text, files)
              scroll.toEnd()
            }}
          />
        </footer>
      </div>
    </div>
  )
}

function Skeleton() {
  return (
    <div className={styles.skeleton} aria-hidden>
      <span />
      <span />
      <span />
    </div>
  )
}

/** What stands on a visible page counts as read a second later. */
function useReadReceipts(chat: Chat, messages: readonly MessageView[]): void {
  const newest = messages.findLast((message) => message.author.by !== 'person')?.at
  useEffect(() => {
    if (newest === undefined) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = () => {
      clearTimeout(timer)
      if (document.visibilityState === 'visible') timer = setTimeout(() => chat.read(newest), 1_000)
    }
    look()
    document.addEventListener('visibilitychange', look)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', look)
    }
  }, [chat, newest])
}

/** Counts in the tab's title what came while nobody was looking. */
function useTitle(deskName: string, messages: readonly MessageView[]): void {
  const heard = messages.filter((message) => message.author.by !== 'person').length
  useEffect(() => {
    let seen = document.visibilityState === 'visible' ? heard : Number(document.body.dataset.seen ?? heard)
    const show = () => {
      if (document.visibilityState === 'visible') seen = heard
      document.body.dataset.seen = String(seen)
      document.title = heard > seen ? `(${heard - seen}) ${deskName}` : deskName
    }
    show()
    document.addEventListener('visibilitychange', show)
    return () => document.removeEventListener('visibilitychange', show)
  }, [deskName, heard])
}
