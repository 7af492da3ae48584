import { Button, CloseButton, Drawer, Slider, Switch } from '@mantine/core'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { ask, type Faults, setFaults } from './emulator.ts'
import styles from './playground.module.css'

type DrawerProps = { readonly url: string; readonly title: string; readonly opened: boolean; readonly close: () => void }

/** An emulator that is down comes back by itself after so long. */
const downMs = 15_000

type Share = Exclude<keyof Faults, 'throttle' | 'latencyMs' | 'down'>
const shares: readonly { readonly key: Share; readonly label: string; readonly help: string }[] = [
  { key: 'error', label: 'Server errors', help: 'Calls that are answered with a 500.' },
  { key: 'cutBefore', label: 'Cut before', help: 'The line breaks before the message is taken.' },
  { key: 'cutAfter', label: 'Cut after', help: 'The message is taken, the answer is lost: it may come twice, and is marked so.' },
  { key: 'silent', label: 'Silence', help: 'Calls that are taken and never answered.' },
  { key: 'duplicate', label: 'Duplicates', help: 'What a person says is delivered to the hub once more.' },
  { key: 'reorder', label: 'Disorder', help: 'What a person says is overtaken by what they say next.' },
]

/** Makes the platform misbehave, to see what the hub makes of it. */
export function FaultsDrawer({ url, title, opened, close }: DrawerProps) {
  const [faults, setNow] = useState<Faults | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const last = useRef<Promise<unknown>>(Promise.resolve())
  useEffect(() => {
    if (!opened) return
    ask<{ faults: Faults }>(`${url}/playground/state`).then(
      (state) => setNow(state.faults),
      (error: Error) => setProblem(error.message),
    )
  }, [opened, url])
  const down = faults?.down === true
  useEffect(() => {
    if (!down) return
    const timer = setTimeout(() => setNow((now) => now && { ...now, down: false }), downMs)
    return () => clearTimeout(timer)
  }, [down])
  const show = (change: Partial<Faults>) => setNow((now) => now && { ...now, ...change })
  /** One change after the other, so that the last one holds. */
  const set = (change: Partial<Faults>) => {
    show(change)
    last.current = last.current
      .then(() => setFaults(url, change))
      .then(
        () => setProblem(null),
        (error: Error) => setProblem(error.message),
      )
  }
  const calm = () => {
    const none = Object.fromEntries(shares.map(({ key }) => [key, 0]))
    set({ ...none, throttle: { share: 0, retryAfterSeconds: 1 }, latencyMs: 0 } as Partial<Faults>)
  }
  return (
    <Drawer.Root opened={opened} onClose={close} position="right" size={380} padding="lg">
      <Drawer.Overlay />
      <Drawer.Content aria-label={`Make ${title} misbehave`}>
        <Drawer.Body>
          <div className={styles.faultsHead}>
            <h2>Make {title} misbehave</h2>
            <CloseButton aria-label="Close" onClick={close} />
          </div>
          {problem ? (
            <p className={styles.faultProblem} role="alert">
              {problem}
            </p>
          ) : null}
          {faults ? (
            <div className={styles.faults}>
              <ShareFault
                label="Too many requests"
                help="Calls that are refused with a 429 and a time to wait."
                share={faults.throttle.share}
                show={(share) => show({ throttle: { ...faults.throttle, share } })}
                set={(share) => set({ throttle: { ...faults.throttle, share } })}
              />
              {shares.map(({ key, label, help }) => (
                <ShareFault
                  key={key}
                  label={label}
                  help={help}
                  share={faults[key]}
                  show={(share) => show({ [key]: share })}
                  set={(share) => set({ [key]: share })}
                />
              ))}
              <Fault
                label="Delay"
                help="How long each answer takes."
                value={faults.latencyMs === 0 ? 'off' : `${faults.latencyMs / 1_000} s`}
              >
                <Slider
                  thumbLabel="Delay"
                  value={faults.latencyMs}
                  max={5_000}
                  step={100}
                  label={null}
                  onChange={(latencyMs) => show({ latencyMs })}
                  onChangeEnd={(latencyMs) => set({ latencyMs })}
                />
              </Fault>
              <Switch
                label="Platform is down"
                description="Refuses connections for 15 seconds; what you write meanwhile still reaches the hub."
                checked={faults.down}
                disabled={faults.down}
                onChange={() => set({ down: true })}
              />
              <Button variant="default" onClick={calm}>
                All well again
              </Button>
            </div>
          ) : null}
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  )
}

type FaultProps = { readonly label: string; readonly help: string; readonly value: string; readonly children: ReactNode }

function Fault({ label, help, value, children }: FaultProps) {
  return (
    <div className={styles.fault}>
      <strong>
        {label} <output>{value}</output>
      </strong>
      <span>{help}</span>
      {children}
    </div>
  )
}

type ShareFaultProps = {
  readonly share: number
  readonly label: string
  readonly help: string
  readonly show: (share: number) => void
  readonly set: (share: number) => void
}

function ShareFault({ share, label, help, show, set }: ShareFaultProps) {
  const percent = Math.round(share * 100)
  return (
    <Fault label={label} help={help} value={percent === 0 ? 'off' : `${percent} %`}>
      <Slider
        thumbLabel={label}
        value={percent}
        step={5}
        label={null}
        onChange={(moved) => show(moved / 100)}
        onChangeEnd={(moved) => set(moved / 100)}
      />
    </Fault>
  )
}
