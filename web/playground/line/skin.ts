import { PlainText } from '../window/marks.tsx'
import type { Skin } from '../window/skin.ts'
import look from './line.module.css'

/** So many stand in a template; more are quick replies under the newest message: https://developers.line.biz/en/reference/messaging-api/#buttons */
const mostInTemplate = 4

export const line: Skin = {
  app: 'LINE',
  color: '#06c755',
  shape: 'phone',
  look: look.app as string,
  subtitle: 'Official account',
  welcome: { title: 'Thanks for adding us', text: 'who has just added the support desk as a friend. Write whatever is wrong.' },
  time: 'beside',
  read: 'word',
  faces: 'first',
  placeholder: () => 'Aa',
  buttons: ({ buttons }, isNewest) => (buttons.length <= mostInTemplate ? 'inside' : isNewest ? 'dock' : 'nowhere'),
  Text: PlainText,
  actions: { loading: 'preparing an answer' },
}
