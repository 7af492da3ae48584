import { CloseButton, Drawer } from '@mantine/core'
import { IconMail } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { PlaygroundMails } from '../../src/http/api-types.ts'
import { call } from '../shared/api.ts'
import styles from './mailbox.module.css'
import page from './playground.module.css'

type Mail = PlaygroundMails['mails'][number]

const lookMs = 4_000
const time = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' })

/** Everybody's mail: what the hub would have sent by SMTP, codes above all. */
export function Mailbox() {
  const [opened, setOpened] = useState(false)
  const [read, setRead] = useState<string>()
  const { data } = useQuery({
    queryKey: ['mails'],
    queryFn: () => call<PlaygroundMails>('/api/playground/mails'),
    refetchInterval: opened ? lookMs / 4 : lookMs,
  })
  const mails = data?.mails ?? []
  const fresh = read === undefined ? mails.length : mails.filter(({ id }) => Number(id) > Number(read)).length
  const close = () => {
    setOpened(false)
    setRead(mails[0]?.id)
  }
  return (
    <>
      <button
        type="button"
        className={page.link}
        aria-label={fresh > 0 ? `Mailbox, ${fresh} new` : 'Mailbox'}
        title="Mailbox"
        onClick={() => setOpened(true)}
      >
        <b className={styles.icon}>
          <IconMail size={18} stroke={1.8} aria-hidden />
          {fresh > 0 ? <i className={styles.count}>{fresh > 9 ? '9+' : fresh}</i> : null}
        </b>
        <span>Mailbox</span>
      </button>
      <Drawer.Root opened={opened} onClose={close} position="right" size={420} padding="lg">
        <Drawer.Overlay />
        <Drawer.Content aria-label="Mailbox">
          <Drawer.Body>
            <div className={page.faultsHead}>
              <h2>Mailbox</h2>
              <CloseButton aria-label="Close" onClick={close} />
            </div>
            <p className={styles.lead}>Mail to everybody lands here: in the playground none is sent.</p>
            {mails.length === 0 ? (
              <p className={styles.empty}>Nothing yet. Ask the virtual agent to reset a password, and the code comes here.</p>
            ) : (
              <ul className={styles.list}>
                {mails.map((mail) => (
                  <Letter key={mail.id} mail={mail} />
                ))}
              </ul>
            )}
          </Drawer.Body>
        </Drawer.Content>
      </Drawer.Root>
    </>
  )
}

function Letter({ mail: { to, at, subject, text } }: { readonly mail: Mail }) {
  return (
    <li className={styles.mail}>
      <p className={styles.head}>
        <span>To {to}</span>
        <time dateTime={at}>{time.format(new Date(at))}</time>
      </p>
      <h3>{subject}</h3>
      <p className={styles.text}>{text.trim()}</p>
    </li>
  )
}
