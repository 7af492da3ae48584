import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { io } from 'socket.io-client'
import type { ConversationView, MessageView } from '../../../src/http/api-types.ts'
import { deskApi } from './api.ts'

const typingMs = 6_000
const refreshMs = 20_000
/** What the platform says of a message comes without a call: while one is under way, it is looked for. */
const underWayMs = 1_500
const youngMs = 120_000

/** Signs the playground's technician in, reads the desk, and reads again whatever the hub says has changed. */
export function useDesk() {
  const queries = useQueryClient()
  const session = useQuery({ queryKey: ['sign-in'], queryFn: deskApi.signIn, staleTime: Number.POSITIVE_INFINITY })
  const signedIn = session.isSuccess
  const desk = useQuery({ queryKey: ['desk'], queryFn: deskApi.desk, enabled: signedIn, refetchInterval: 15_000 })
  const [live, setLive] = useState(true)
  const [typing, setTyping] = useState<{ readonly id: string; readonly name: string } | null>(null)

  useEffect(() => {
    if (!signedIn) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const readAgain = (key: readonly string[]) => void queries.invalidateQueries({ queryKey: key })
    const socket = io('/desk', {
      path: '/socket.io',
      transports: ['websocket', 'polling'],
      withCredentials: true,
      reconnectionDelayMax: 5_000,
    })
    socket.on('connect', () => {
      setLive(true)
      readAgain(['desk'])
      readAgain(['conversation'])
    })
    socket.on('disconnect', () => setLive(false))
    socket.on('connect_error', () => {
      setLive(false)
      if (socket.active) return
      timer = setTimeout(() => socket.connect(), 3_000)
    })
    socket.on('desk', () => readAgain(['desk']))
    socket.on('conversation', ({ id }: { id: string }) => {
      readAgain(['conversation', id])
      readAgain(['desk'])
      setTyping((now) => (now?.id === id ? null : now))
    })
    socket.on('typing', setTyping)
    return () => {
      clearTimeout(timer)
      socket.disconnect()
    }
  }, [signedIn, queries])

  useEffect(() => {
    if (!typing) return
    const timer = setTimeout(() => setTyping(null), typingMs)
    return () => clearTimeout(timer)
  }, [typing])
  return { session, desk, live, typing }
}

type Known = { readonly messages: readonly MessageView[]; readonly more: boolean }

/** The newest page of one conversation, read again whenever something happens, and as many earlier ones as were asked for. */
export function useConversation(id: string) {
  const newest = useQuery({
    queryKey: ['conversation', id],
    queryFn: () => deskApi.conversation(id),
    refetchInterval: ({ state }) => (state.data?.messages.some(isUnderWay) ? underWayMs : refreshMs),
  })
  const [known, setKnown] = useState<Known | null>(null)
  const page = newest.data
  useEffect(() => {
    if (page) setKnown((now) => withNewest(now, page))
  }, [page])
  const earlier = useMutation({
    mutationFn: () => deskApi.conversation(id, known?.messages[0]?.seq),
    onSuccess: ({ messages, more }) => setKnown((now) => now && { messages: merged(now.messages, messages), more }),
  })
  return { conversation: page?.conversation, known, error: newest.error, earlier }
}

const isUnderWay = ({ delivery, at }: MessageView): boolean =>
  (delivery?.state === 'waiting' || delivery?.state === 'sending') && Date.parse(at) > Date.now() - youngMs

/** A page that does not reach what was known begins anew: what lies between is read as earlier messages. */
function withNewest(known: Known | null, { messages, more }: ConversationView): Known {
  const last = known?.messages.at(-1)
  const reaches = last && (!more || messages.some(({ seq }) => seq <= last.seq))
  return known && reaches ? { messages: merged(known.messages, messages), more: known.more } : { messages, more }
}

function merged(some: readonly MessageView[], newer: readonly MessageView[]): readonly MessageView[] {
  const byId = new Map([...some, ...newer].map((message) => [message.id, message]))
  return [...byId.values()].sort((a, b) => a.seq - b.seq)
}
