import { Button, Loader } from '@mantine/core'
import { IconCircleCheckFilled, IconLinkOff, IconPlugConnectedX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { ChatSettings, ResetLinkView } from '../../src/http/api-types.ts'
import { ApiError, call, worthRetrying } from '../shared/api.ts'
import { Logo } from '../shared/logo.tsx'
import { NewPassword } from './new-password.tsx'
import styles from './password.module.css'

/** The link's token stands behind #, which no browser sends to anybody. */
const tokenHere = (): string => decodeURIComponent(window.location.hash.slice(1))

/** What to tell of a link that is no good any more, by the hub's code. */
const gone: { readonly [code: string]: { readonly title: string; readonly text: string } } = {
  HUB_RESET_LINK_EXPIRED: {
    title: 'This link has expired',
    text: 'Nothing was changed. Go back to the chat and ask for a new link: it takes a minute.',
  },
  HUB_RESET_LINK_USED: {
    title: 'This link was used already',
    text: 'Each link works once, and only the newest one does. Ask for a new link in the chat. If it was not you who used it, tell your support desk at once.',
  },
}
const unknown = {
  title: 'This link is not complete',
  text: 'Some programs cut long links. Copy the whole link out of the chat, or ask there for a new one.',
}

/** The page at `/password#<token>`: one link, one password. */
export function PasswordPage() {
  const [token] = useState(tokenHere)
  const [done, setDone] = useState(false)
  const [lost, setLost] = useState<string>()
  const settings = useQuery({ queryKey: ['settings'], queryFn: () => call<ChatSettings>('/api/chat/settings') })
  const link = useQuery({
    queryKey: ['link'],
    queryFn: () => call<ResetLinkView>('/api/passwords/look', { json: { token } }),
    enabled: token !== '',
    refetchOnWindowFocus: false,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const deskName = settings.data?.deskName ?? 'Support'
  const frame = (children: ReactNode) => <Frame deskName={deskName}>{children}</Frame>

  if (done) {
    return frame(
      <Said icon={<IconCircleCheckFilled size={44} className={styles.good} aria-hidden />} title="Your new password is set">
        <p>
          Use it from now on wherever you sign in with this account. Wherever you were signed in to the support desk, you have been signed
          out.
        </p>
        <p>Did you save the old password on your telephone or in a mail program? Change it there too, or it may lock your account again.</p>
        <Button component="a" href="/" variant="light" size="md">
          To the chat
        </Button>
      </Said>,
    )
  }
  const code =
    lost ?? (token === '' ? 'HUB_LINK_INVALID' : link.error instanceof ApiError && !worthRetrying(link.error) ? link.error.code : undefined)
  if (code !== undefined) {
    const { title, text } = gone[code] ?? unknown
    return frame(
      <Said icon={<IconLinkOff size={40} stroke={1.6} className={styles.quiet} aria-hidden />} title={title}>
        <p>{text}</p>
        <Button component="a" href="/" size="md">
          To the chat
        </Button>
      </Said>,
    )
  }
  if (link.isError) {
    return frame(
      <Said
        icon={<IconPlugConnectedX size={40} stroke={1.6} className={styles.quiet} aria-hidden />}
        title="The support desk could not be reached"
      >
        <p>Your link is still good. {link.error.message}</p>
        <Button size="md" onClick={() => void link.refetch()} loading={link.isFetching}>
          Try again
        </Button>
      </Said>,
    )
  }
  if (!link.data) return frame(<Loader className={styles.wait} role="status" aria-label="Loading" />)
  return frame(
    <NewPassword
      token={token}
      link={link.data}
      onLost={setLost}
      onDone={() => {
        // It opens nothing any more; nobody needs to find it in this browser's history.
        window.history.replaceState(null, '', window.location.pathname)
        setDone(true)
      }}
    />,
  )
}

function Frame({ deskName, children }: { readonly deskName: string; readonly children: ReactNode }) {
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <Logo size={34} />
        <p>{deskName}</p>
      </header>
      <main className={styles.sheet}>{children}</main>
    </div>
  )
}

/** An end of the way; whoever can't see the page hears its title at once. */
function Said({ icon, title, children }: { readonly icon: ReactNode; readonly title: string; readonly children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  return (
    <div className={styles.said}>
      {icon}
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {children}
    </div>
  )
}
