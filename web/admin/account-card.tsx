import { Button } from '@mantine/core'
import { IconAlertTriangle, IconRefresh } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useId } from 'react'
import type { AccountView, DeadLetterView, QuarantineView } from '../../src/http/api-types.ts'
import { When } from '../shared/when.tsx'
import styles from './admin.module.css'
import { adminApi, newest } from './api.ts'
import { linkingOf, quotaOf, rowsOf } from './facts.ts'
import { LinkPhone } from './link-phone.tsx'
import { QuotaGauge } from './quota-gauge.tsx'
import { WebhookRow } from './webhook-row.tsx'

/** What went wrong lately on one account. */
export type Trouble = { readonly letters: readonly DeadLetterView[]; readonly unread: readonly QuarantineView[] }

const stateWords = { green: 'Works', red: 'Needs attention', unknown: 'Not checked yet' } as const

export function AccountCard({ view, trouble }: { readonly view: AccountView; readonly trouble: Trouble }) {
  const queries = useQueryClient()
  const heading = useId()
  const check = useMutation({
    mutationFn: () => adminApi.check(view),
    onSettled: () => queries.invalidateQueries({ queryKey: ['accounts'] }),
  })
  const told = linkingOf(view.facts)
  const linking = told?.qr || told?.pairingCode ? told : undefined
  const quota = quotaOf(view.facts)
  const rows = rowsOf(view.facts)
  return (
    <section className={styles.card} aria-labelledby={heading} data-state={view.state}>
      <header className={styles.cardHead}>
        <h2 id={heading}>
          {view.title} <span className={styles.account}>{view.account}</span>
        </h2>
        {view.facts?.unofficial === true ? <span className={styles.unofficial}>Unofficial</span> : null}
        <span className={styles.state} data-state={view.state}>
          <span className={styles.dot} aria-hidden /> {stateWords[view.state]}
        </span>
      </header>
      {view.reason ? (
        <div className={styles.reason} data-state={view.state}>
          <p>{view.reason}</p>
          {view.nextStep && !linking ? <p className={styles.next}>{view.nextStep}</p> : null}
        </div>
      ) : null}
      {linking ? <LinkPhone linking={linking} name={view.title} /> : null}
      {quota ? <QuotaGauge used={quota.used} limit={quota.limit} /> : null}
      <dl className={styles.facts}>
        <Row name="Last message in" value={<When at={view.lastIn} />} />
        <Row name="Last message out" value={<When at={view.lastOut} />} />
        <Row name="Still to be sent" value={view.waiting === 0 ? 'nothing' : view.waiting.toLocaleString()} />
        <Row name="Checked" value={<When at={view.checkedAt} />} />
        {view.hookUrl ? <WebhookRow url={view.hookUrl} /> : null}
      </dl>
      <TroubleLines trouble={trouble} />
      {rows.length > 0 ? (
        <details className={styles.more}>
          <summary>What the platform says</summary>
          <dl className={styles.facts}>
            {rows.map(([name, value]) => (
              <Row key={name} name={name} value={value} />
            ))}
          </dl>
        </details>
      ) : null}
      <footer className={styles.cardFoot}>
        <p className={styles.checkProblem} role="status">
          {check.isError ? check.error.message : ''}
        </p>
        <Button
          variant="default"
          size="sm"
          leftSection={<IconRefresh size={16} stroke={1.8} aria-hidden />}
          aria-label={`Check ${view.title} ${view.account} now`}
          loading={check.isPending}
          onClick={() => check.mutate()}
        >
          Check now
        </Button>
      </footer>
    </section>
  )
}

export function Row({ name, value }: { readonly name: string; readonly value: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}

function TroubleLines({ trouble: { letters, unread } }: { readonly trouble: Trouble }) {
  if (letters.length + unread.length === 0) return null
  const [failed] = letters
  return (
    <ul className={styles.trouble} aria-label="What went wrong">
      {failed ? (
        <li>
          <IconAlertTriangle size={16} stroke={1.8} aria-hidden />
          <span>
            {many(letters.length, 'message was', 'messages were')} given up or {letters.length === 1 ? 'is' : 'are'} held. The newest,{' '}
            <When at={failed.at} />: {failed.reason}
          </span>
        </li>
      ) : null}
      {unread.length > 0 ? (
        <li>
          <IconAlertTriangle size={16} stroke={1.8} aria-hidden />
          <span>
            {many(unread.length, 'request', 'requests')} held something that could not be read ({unread[0]!.reasons.join(', ')}).
          </span>
        </li>
      ) : null}
    </ul>
  )
}

const many = (count: number, one: string, more: string) => `${count}${count >= newest ? ' or more' : ''} ${count === 1 ? one : more}`
