import type { SeenMessage } from '../../../src/channel/emulator.ts'
import type { AdapterFiles, Content, FileRef } from '../../../src/channel/index.ts'
import { parseMarkdown, toPlainText } from '../../../src/channel/kit/markdown.ts'

type Line = Omit<SeenMessage, 'id' | 'by' | 'at'>

/** How the page draws a content: words, buttons, and files with the bytes that it loads from the hub. */
export async function drawn(content: Content, files: AdapterFiles | undefined): Promise<Line> {
  switch (content.type) {
    case 'text':
      return { text: content.format === 'markdown' ? toPlainText(parseMarkdown(content.text)) : content.text, buttons: [] }
    case 'choices':
      return { text: content.text, buttons: content.choices }
    case 'card': {
      const { title, text, image, link, choices = [] } = content
      const media = image && { media: await loaded('image', image, files) }
      return { text: [title, text].filter(Boolean).join('\n'), buttons: [...choices, ...(link ? [link] : [])], ...media }
    }
    case 'media':
      return { text: content.caption ?? '', buttons: [], media: await loaded(content.kind, content.file, files) }
    case 'place': {
      const { latitude, longitude, name, address } = content
      return { text: address ?? '', buttons: [], place: { latitude, longitude, ...(name ? { name } : {}) } }
    }
    case 'contact': {
      const [phone = ''] = content.phones
      return { text: [...content.phones.slice(1), ...content.emails].join('\n'), buttons: [], contact: { name: content.name, phone } }
    }
    case 'template':
      return { text: content.text, buttons: [] }
    case 'form':
      return { text: [content.title, content.text].filter(Boolean).join('\n\n'), buttons: [content.submit, ...(content.choices ?? [])] }
    case 'unreadable':
      return { text: content.text ?? content.platformType, buttons: [] }
  }
}

async function loaded(kind: string, file: FileRef, files: AdapterFiles | undefined): Promise<NonNullable<SeenMessage['media']>> {
  const about = { kind, ...(file.name ? { name: file.name } : {}), ...(file.mime ? { mime: file.mime } : {}) }
  if (!('stored' in file) || !files) return { ...about, bytes: new Uint8Array() }
  const { name, mime, body } = await files.open(file.stored)
  return { ...about, ...(name ? { name } : {}), mime, bytes: new Uint8Array(await new Response(body).arrayBuffer()) }
}
