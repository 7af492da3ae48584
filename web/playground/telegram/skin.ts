import type { Skin } from '../window/skin.ts'
import { EntityText } from './entities.tsx'
import look from './telegram.module.css'

export const telegram: Skin = {
  app: 'Telegram',
  color: '#2aabee',
  shape: 'phone',
  look: look.app as string,
  subtitle: 'bot',
  welcome: {
    title: 'What can this bot do?',
    text: 'who has just found the support desk on Telegram. Press Start, or write whatever is wrong.',
  },
  start: { label: 'Start', says: '/start' },
  time: 'inside',
  read: 'checks',
  placeholder: () => 'Message',
  reactions: [
    { emoji: '👍', sends: '👍', name: 'thumbs up' },
    { emoji: '❤', sends: '❤', name: 'heart' },
    { emoji: '😁', sends: '😁', name: 'grin' },
    { emoji: '🔥', sends: '🔥', name: 'fire' },
  ],
  buttons: () => 'under',
  Text: EntityText,
  actions: {
    upload_photo: 'sending a photo',
    upload_document: 'sending a file',
    upload_video: 'sending a video',
    record_voice: 'recording a voice message',
    upload_voice: 'sending a voice message',
  },
}
