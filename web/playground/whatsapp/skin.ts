import { StarText } from '../window/marks.tsx'
import type { Skin } from '../window/skin.ts'
import look from './whatsapp.module.css'

/** Three reply buttons stand in the bubble; more, or longer ones, open as a list. */
const mostButtons = 3
const longestButton = 20

export const whatsapp: Skin = {
  app: 'WhatsApp',
  color: '#25d366',
  shape: 'phone',
  look: look.app as string,
  subtitle: 'Business account',
  welcome: { title: 'A chat with a business', text: 'who has the support desk’s number. Write whatever is wrong.' },
  time: 'inside',
  read: 'checks',
  placeholder: () => 'Message',
  buttons: ({ buttons }) =>
    buttons.every(({ value }) => value !== undefined) &&
    (buttons.length > mostButtons || buttons.some(({ label }) => [...label].length > longestButton))
      ? 'list'
      : 'inside',
  Text: StarText,
}
