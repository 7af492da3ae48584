import { SegmentedControl } from '@mantine/core'
import { useMemo, useRef, useState } from 'react'
import type { ConversationSummary, WindowView } from '../../../src/http/api-types.ts'
import { useAttachments } from '../../shared/attachments.ts'
import { Composer } from '../../shared/composer.tsx'
import { deskApi } from './api.ts'
import styles from './desk.module.css'
import { TemplatePicker } from './template-picker.tsx'
import type { Acts } from './use-acts.ts'

/** The hub takes no more with one message. */
const mostFiles = 10

const clock = (iso: string) => new Date(iso).toLocaleString([], { weekday: 'short', hour: '2-digit', minute: '2-digit' })

/** How long the platform lets us write, in a sentence; empty where it always does. */
function windowHint(window: WindowView): string {
  switch (window.state) {
    case 'always':
      return ''
    case 'open':
      return `Can be written to until ${clock(window.until)}; after that ${window.afterwards === 'template' ? 'only with a template' : 'not before they write again'}.`
    case 'closed':
      return window.afterwards === 'template'
        ? 'Only a template can be sent before they write again.'
        : 'Nothing can be sent before they write again.'
  }
}

type DeskComposerProps = { readonly conversation: ConversationSummary; readonly isMine: boolean; readonly act: Acts['act'] }

/** What is written reaches the person only under "Reply", and only while the conversation is ours; a note never does, and looks like it. */
export function DeskComposer({ conversation, isMine, act }: DeskComposerProps) {
  const [wanted, setWanted] = useState<'say' | 'note'>('say')
  const mode = isMine ? wanted : 'note'
  const uploads = useMemo(() => ({ path: '/api/desk/files' }), [])
  const attachments = useAttachments(uploads, undefined, mostFiles)
  const typedAt = useRef(0)
  const { id, person, channelTitle } = conversation
  const typing = () => {
    if (mode !== 'say' || Date.now() - typedAt.current < 4_000) return
    typedAt.current = Date.now()
    deskApi.typing(id).catch(() => undefined)
  }
  const top = (
    <div className={styles.modes}>
      <SegmentedControl
        size="sm"
        radius="xl"
        aria-label="What to write"
        value={mode}
        onChange={(value) => setWanted(value as 'say' | 'note')}
        data={[
          { value: 'say', label: `Reply to ${person.name}`, disabled: !isMine },
          { value: 'note', label: 'Internal note' },
        ]}
      />
      <span>
        {mode === 'note'
          ? 'Only technicians see this.'
          : conversation.window.state === 'closed'
            ? windowHint(conversation.window)
            : `Sent on ${channelTitle}, with up to ${mostFiles} files. ${windowHint(conversation.window)}`}
      </span>
    </div>
  )
  const { window } = conversation
  if (mode === 'say' && window.state === 'closed' && window.afterwards === 'template')
    return (
      <footer className={styles.paneFoot}>
        {top}
        <TemplatePicker id={id} name={person.name} act={act} />
      </footer>
    )
  return (
    <footer className={styles.paneFoot}>
      <Composer
        label={mode === 'say' ? `Reply to ${person.name}` : 'Internal note'}
        placeholder={mode === 'say' ? `Reply to ${person.name}…` : 'Write a note…'}
        sendLabel={mode === 'say' ? `Send to ${person.name}` : 'Keep note'}
        top={top}
        draftKey={`switchboard.desk.${id}`}
        {...(mode === 'note' ? { tone: 'note' as const } : { attachments, onTyping: typing })}
        onSend={(text, files) =>
          act(
            id,
            mode === 'note'
              ? { do: 'note', text }
              : { do: 'say', text, ...(files.length > 0 ? { files: files.map((file) => file.id) } : {}) },
          )
        }
      />
    </footer>
  )
}
