import type { Skin } from '../window/skin.ts'
import { command, reach, rooms, seen } from './api.ts'
import { SlackText } from './blocks.tsx'
import { SlackHome } from './home.tsx'
import look from './slack.module.css'

export const slack: Skin = {
  app: 'Slack',
  color: '#e01e5a',
  shape: 'desktop',
  look: look.app as string,
  subtitle: 'App',
  welcome: {
    title: 'This is the very beginning',
    text: 'and this is your direct message with the support desk’s app. Write whatever is wrong, or /support.',
  },
  time: 'none',
  read: 'none',
  lines: 'posts',
  placeholder: (room) => `Message ${room?.kind === 'channel' ? '#' : ''}${room?.title ?? ''}`,
  reactions: [
    { emoji: '👍', sends: '👍', name: 'thumbs up' },
    { emoji: '✅', sends: '✅', name: 'check mark' },
    { emoji: '👀', sends: '👀', name: 'eyes' },
    { emoji: '🎉', sends: '🎉', name: 'tada' },
  ],
  home: { title: 'Home', Page: SlackHome },
  buttons: () => 'under',
  Text: SlackText,
  seen,
  reach,
  rooms,
  command,
}
