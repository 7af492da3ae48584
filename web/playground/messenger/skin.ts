import { PlainText } from '../window/marks.tsx'
import type { Skin } from '../window/skin.ts'
import look from './messenger.module.css'

export const messenger: Skin = {
  app: 'Messenger',
  color: '#0866ff',
  shape: 'phone',
  look: look.app as string,
  subtitle: 'Typically replies instantly',
  welcome: { title: 'Say hello', text: 'who has found the support desk’s page. Write whatever is wrong.' },
  time: 'none',
  read: 'none',
  faces: 'last',
  placeholder: () => 'Aa',
  // Quick replies go with the newest message; a template, which may open a page, keeps its buttons.
  buttons: ({ buttons }, isNewest) => (buttons.some(({ url }) => url !== undefined) ? 'inside' : isNewest ? 'dock' : 'nowhere'),
  Text: PlainText,
}
