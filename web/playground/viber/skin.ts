import { PlainText } from '../window/marks.tsx'
import type { Skin } from '../window/skin.ts'
import look from './viber.module.css'

export const viber: Skin = {
  app: 'Viber',
  color: '#7360f2',
  shape: 'phone',
  look: look.app as string,
  subtitle: 'Bot',
  welcome: { title: 'A chat with a bot', text: 'who has opened the support desk’s bot on Viber. Write whatever is wrong.' },
  time: 'inside',
  read: 'checks',
  placeholder: () => 'Type a message…',
  // A keyboard goes with the newest message; rich media, which may open a page, keeps its buttons.
  buttons: ({ buttons }, isNewest) => (buttons.some(({ url }) => url !== undefined) ? 'inside' : isNewest ? 'dock' : 'nowhere'),
  Text: PlainText,
}
