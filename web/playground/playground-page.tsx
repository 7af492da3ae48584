import { Button, Loader, SegmentedControl } from '@mantine/core'
import { IconBolt, IconMessageCircle } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ChatSettings, PlaygroundView } from '../../src/http/api-types.ts'
import { call } from '../shared/api.ts'
import { Logo } from '../shared/logo.tsx'
import { DeskPanel } from './desk/desk-panel.tsx'
import { type PlayedPerson, people } from './emulator.ts'
import { FaultsDrawer } from './faults-drawer.tsx'
import { DesktopFrame, PhoneFrame } from './frames.tsx'
import { Mailbox } from './mailbox.tsx'
import styles from './playground.module.css'
import { skins } from './skins.ts'
import { AppWindow } from './window/window.tsx'

/** The page at `/playground`: a window for each platform, and beside it the technician who answers. */
export function PlaygroundPage() {
  const playground = useQuery({ queryKey: ['playground'], queryFn: () => call<PlaygroundView>('/api/playground') })
  const settings = useQuery({ queryKey: ['settings'], queryFn: () => call<ChatSettings>('/api/chat/settings') })
  if (playground.isError) {
    return (
      <main className={styles.blank}>
        <h1>The playground does not run here</h1>
        <p>It is there only where the hub listens on this machine alone. {playground.error.message}</p>
        <Button component="a" href="/">
          To the chat
        </Button>
      </main>
    )
  }
  if (!playground.data) {
    return (
      <main className={styles.blank}>
        <Loader role="status" aria-label="Loading" />
      </main>
    )
  }
  return <Workbench playground={playground.data} deskName={settings.data?.deskName ?? 'Support'} />
}

function Workbench({ playground, deskName }: { readonly playground: PlaygroundView; readonly deskName: string }) {
  const shown = Object.keys(skins).flatMap((name) => playground.emulators.filter(({ channel }) => channel === name))
  const [channel, setChannel] = useState(shown[0]?.channel)
  const [person, setPerson] = useState<PlayedPerson>(people[0] as PlayedPerson)
  const [side, setSide] = useState<'app' | 'desk'>('app')
  const [faultsOpen, setFaultsOpen] = useState(false)
  const emulator = shown.find((one) => one.channel === channel)
  const skin = emulator ? skins[emulator.channel] : undefined
  const Frame = skin?.shape === 'desktop' ? DesktopFrame : PhoneFrame
  return (
    <div className={styles.page}>
      <header className={styles.top}>
        <Logo size={30} />
        <h1>Playground</h1>
        <nav className={styles.tabs} aria-label="Platform">
          {shown.map((one) => (
            <button key={one.channel} type="button" aria-pressed={one.channel === channel} onClick={() => setChannel(one.channel)}>
              <i style={{ background: skins[one.channel]?.color }} aria-hidden />
              {one.title}
            </button>
          ))}
        </nav>
        <Mailbox />
        <a className={styles.link} href="/" title="Web chat">
          <IconMessageCircle size={18} stroke={1.8} aria-hidden />
          <span>Web chat</span>
        </a>
      </header>
      <main className={styles.bench} data-side={side} data-shape={skin?.shape}>
        <SegmentedControl
          className={styles.sides}
          aria-label="Side"
          fullWidth
          radius="xl"
          value={side}
          onChange={(value) => setSide(value as 'app' | 'desk')}
          data={[
            { value: 'app', label: emulator ? `${person.name} on ${emulator.title}` : person.name },
            { value: 'desk', label: 'Technician' },
          ]}
        />
        <div className={styles.left}>
          <div className={styles.tools}>
            <SegmentedControl
              size="sm"
              radius="xl"
              aria-label="Person"
              value={person.chat}
              onChange={(chat) => setPerson(people.find((one) => one.chat === chat) ?? person)}
              data={people.map(({ chat, name }) => ({ value: chat, label: name }))}
            />
            <Button
              size="sm"
              radius="xl"
              variant="default"
              leftSection={<IconBolt size={15} />}
              onClick={() => setFaultsOpen(true)}
              disabled={!emulator}
            >
              Faults
            </Button>
          </div>
          {emulator && skin ? (
            <Frame label={`${person.name} on ${emulator.title}`} look={skin.look}>
              <AppWindow key={`${emulator.url} ${person.chat}`} url={emulator.url} person={person} skin={skin} deskName={deskName} />
            </Frame>
          ) : (
            <p className={styles.noApp}>No emulator runs: the configuration names no account whose address is “playground”.</p>
          )}
        </div>
        <section className={styles.desk} aria-label="Technician">
          <DeskPanel />
        </section>
      </main>
      {emulator ? <FaultsDrawer url={emulator.url} title={emulator.title} opened={faultsOpen} close={() => setFaultsOpen(false)} /> : null}
    </div>
  )
}
