import { Button, PasswordInput, TextInput } from '@mantine/core'
import { IconAlertCircle } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import styles from './admin-frame.module.css'
import { Logo } from './logo.tsx'
import { session } from './session.ts'

/** For admins alone; who they are is asked of the hub, not remembered here. */
export function SignIn({ title, hint }: { readonly title: string; readonly hint: string | undefined }) {
  const queries = useQueryClient()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const signIn = useMutation({
    mutationFn: session.signIn,
    onSuccess: () => queries.resetQueries(),
  })
  const problem = signIn.error instanceof Error ? signIn.error.message : hint
  return (
    <main className={styles.door}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          signIn.mutate({ email, password })
        }}
      >
        <Logo size={48} />
        <h1>{title}</h1>
        <p className={styles.lead}>Sign in as an admin of this support desk.</p>
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          required
          withAsterisk={false}
          size="md"
          value={email}
          onChange={({ currentTarget }) => setEmail(currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          size="md"
          value={password}
          onChange={({ currentTarget }) => setPassword(currentTarget.value)}
        />
        <div role="alert">
          {problem ? (
            <p className={styles.problem}>
              <IconAlertCircle size={17} stroke={1.8} aria-hidden /> {problem}
            </p>
          ) : null}
        </div>
        <Button type="submit" size="md" loading={signIn.isPending}>
          Sign in
        </Button>
      </form>
    </main>
  )
}
