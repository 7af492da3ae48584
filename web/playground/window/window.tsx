import { useMemo } from 'react'
import { makeLine, type PlayedPerson } from '../emulator.ts'
import { DesktopApp } from './desktop-app.tsx'
import { PhoneApp } from './phone-app.tsx'
import type { Skin } from './skin.ts'

type AppWindowProps = { readonly url: string; readonly person: PlayedPerson; readonly skin: Skin; readonly deskName: string }

/** One app in one person's hands, connected to its emulator. */
export function AppWindow({ url, person, skin, deskName }: AppWindowProps) {
  const line = useMemo(() => makeLine(url, person), [url, person])
  const App = skin.shape === 'phone' ? PhoneApp : DesktopApp
  return <App line={line} skin={skin} deskName={deskName} />
}
