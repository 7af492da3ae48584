import { Button, PasswordInput } from '@mantine/core'
import { IconAlertCircle, IconCheck, IconPoint } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { PasswordSet, ResetLinkView } from '../../src/http/api-types.ts'
import { ApiError, call } from '../shared/api.ts'
import styles from './password.module.css'

type Props = {
  readonly token: string
  readonly link: ResetLinkView
  readonly onDone: () => void
  /** The link is no good any more, by the hub's code. */
  readonly onLost: (code: string) => void
}
type Rule = { readonly words: string; readonly met: boolean | null }

const lostCodes = new Set(['HUB_RESET_LINK_EXPIRED', 'HUB_RESET_LINK_USED', 'HUB_LINK_INVALID'])

/** Two fields and what is wanted of them, told while somebody types. */
export function NewPassword({ token, link, onDone, onLost }: Props) {
  const { account, name, expiresAt, rules } = link
  const [password, setPassword] = useState('')
  const [again, setAgain] = useState('')
  const [visible, setVisible] = useState(false)
  const [wanted, setWanted] = useState<readonly string[]>([])
  const set = useMutation({
    mutationFn: () => call<PasswordSet>('/api/passwords/set', { json: { token, password } }),
    onSuccess: (answer) => (answer.ok ? onDone() : setWanted(answer.words)),
    onError: (error) => (error instanceof ApiError && lostCodes.has(error.code) ? onLost(error.code) : setWanted([error.message])),
  })

  const length = [...password].length
  const longEnough = length >= rules.minLength && password.length <= rules.maxLength
  const same = password !== '' && password === again
  const list: readonly Rule[] = [
    {
      words: password.length > rules.maxLength ? `At most ${rules.maxLength} characters` : `At least ${rules.minLength} characters`,
      met: longEnough,
    },
    { words: 'The same in both fields', met: same },
    ...rules.hints.map((words) => ({ words, met: null })),
  ]
  const submit = () => {
    if (set.isPending) return
    if (!longEnough)
      setWanted([
        password.length > rules.maxLength ? `Use at most ${rules.maxLength} characters.` : `Use at least ${rules.minLength} characters.`,
      ])
    else if (!same) setWanted(['The two fields are not the same. Type your new password once more.'])
    else {
      setWanted([])
      set.mutate()
    }
  }
  const until = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' }).format(new Date(expiresAt))
  const field = {
    autoComplete: 'new-password',
    size: 'md',
    required: true,
    withAsterisk: false,
    visible,
    onVisibilityChange: setVisible,
    visibilityToggleButtonProps: { 'aria-label': visible ? 'Hide the passwords' : 'Show the passwords', tabIndex: 0 },
  } as const

  return (
    <form
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <div className={styles.lead}>
        <h1>Choose a new password</h1>
        <p>
          For {name} <span className={styles.account}>{account}</span>
        </p>
      </div>
      <PasswordInput
        {...field}
        label="New password"
        value={password}
        aria-describedby="password-rules"
        onChange={({ currentTarget }) => {
          setPassword(currentTarget.value)
          setWanted([])
        }}
        data-autofocus
      />
      <PasswordInput
        {...field}
        label="New password, once more"
        value={again}
        onChange={({ currentTarget }) => {
          setAgain(currentTarget.value)
          setWanted([])
        }}
      />
      <ul className={styles.rules} id="password-rules" aria-label="What is wanted">
        {list.map(({ words, met }) => (
          <li key={words} data-met={met ?? undefined}>
            {met ? <IconCheck size={16} stroke={2.4} aria-hidden /> : <IconPoint size={16} aria-hidden />}
            <span>
              {words}
              {met ? <span className="sb-hidden">: done</span> : null}
            </span>
          </li>
        ))}
      </ul>
      <div role="alert">
        {wanted.map((words) => (
          <p key={words} className={styles.problem}>
            <IconAlertCircle size={18} stroke={1.8} aria-hidden /> <span>{words}</span>
          </p>
        ))}
      </div>
      <Button type="submit" size="md" loading={set.isPending}>
        Set the password
      </Button>
      <p className={styles.small}>
        This link is good until {until}, and works once. Nobody at the support desk sees your password, or ever asks for it.
      </p>
    </form>
  )
}
