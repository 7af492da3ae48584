import { Button, Loader } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { ChatSettings, PlaygroundView } from '../../src/http/api-types.ts'
import { call } from '../shared/api.ts'
import styles from './chat.module.css'
import { type Chat, makeChat } from './chat.ts'
import { ChatRoom } from './chat-room.tsx'

/** The page at `/`. */
export function ChatPage() {
  const settings = useQuery({
    queryKey: ['settings'],
    queryFn: () => call<ChatSettings>('/api/chat/settings'),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const playground = useQuery({
    queryKey: ['playground'],
    queryFn: () => call<PlaygroundView>('/api/playground'),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (settings.data?.enabled === false || settings.data?.guest === false) {
    return (
      <Blank>
        <h1>The chat is closed</h1>
        <p>{settings.data.deskName} does not take messages here at the moment.</p>
      </Blank>
    )
  }
  if (settings.data) return <WithChat settings={settings.data} playground={playground.isSuccess} />
  if (settings.isError) {
    return (
      <Blank>
        <h1>The support desk cannot be reached</h1>
        <p>{settings.error.message}</p>
        <Button onClick={() => settings.refetch()}>Try again</Button>
      </Blank>
    )
  }
  return (
    <Blank>
      <Loader role="status" aria-label="Loading" color="pine" />
    </Blank>
  )
}

function Blank({ children }: { readonly children: React.ReactNode }) {
  return (
    <main className={styles.page}>
      <div className={styles.blank}>{children}</div>
    </main>
  )
}

function WithChat({ settings, playground }: { readonly settings: ChatSettings; readonly playground: boolean }) {
  const [chat, setChat] = useState<Chat>()
  useEffect(() => {
    const made = makeChat(settings)
    setChat(made)
    return made.close
  }, [settings])
  return chat ? <ChatRoom chat={chat} settings={settings} playground={playground} /> : null
}
