import type { Skin } from '../window/skin.ts'
import { reach, rooms, seen } from './api.ts'
import { TeamsText } from './card.tsx'
import look from './teams.module.css'

export const teams: Skin = {
  app: 'Teams',
  color: '#5b5fc7',
  shape: 'desktop',
  look: look.app as string,
  subtitle: 'App',
  welcome: { title: 'A new chat', text: 'and you have just opened the support desk’s app. Write whatever is wrong.' },
  time: 'above',
  read: 'none',
  faces: 'first',
  placeholder: (room) => (room?.kind === 'channel' ? 'Start a post' : 'Type a message'),
  reactions: [
    { emoji: '👍', sends: 'like', name: 'like' },
    { emoji: '❤️', sends: 'heart', name: 'heart' },
    { emoji: '😆', sends: 'laugh', name: 'laugh' },
    { emoji: '😢', sends: 'sad', name: 'sad' },
  ],
  buttons: () => 'inside',
  Text: TeamsText,
  seen,
  direct: ({ name }) => name,
  reach,
  rooms,
}
