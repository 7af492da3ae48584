import type { Content, FileId, MediaKind } from '../../channel/index.ts'
import type { ConversationId, TechnicianAct, TechnicianId } from '../../core/conversation.ts'
import type { ConversationSummary, TemplatePick } from '../api-types.ts'
import type { TechnicianRow } from '../auth/index.ts'
import { HubError } from '../errors.ts'
import type { Act } from './input.ts'
import type { ApiNeeds, KnownFile } from './needs.ts'
import type { Templates } from './templates.ts'

type Needs = Pick<ApiNeeds, 'reading' | 'files' | 'act' | 'now'> & { readonly templates: Pick<Templates, 'fill'> }

/** Files a technician's act, waits for what became of it, and writes it down. Throws the reason as a `HubError` where it was refused. */
export async function takeAct(
  { reading, files, act, now, templates }: Needs,
  technician: TechnicianRow,
  id: string,
  body: Act,
): Promise<{ readonly conversation: ConversationSummary; readonly late: boolean }> {
  if (!(await reading.summary(id))) throw new HubError('HUB_NOT_FOUND')
  const attached = body.do === 'say' && body.files ? await filesFor(reading, technician, id, body.files) : []
  const template = body.do === 'say' && body.content ? await filled(body.content[0]) : undefined
  const outcome = await act(id as ConversationId, `${technician.id}:${body.key}`, {
    kind: 'technician',
    technician: technician.id as TechnicianId,
    name: technician.name,
    act: template ? { do: 'say', content: [template] } : actOf(body, attached),
    at: now().toISOString(),
  })
  const result = outcome === 'late' ? 'late' : outcome.ok ? 'done' : outcome.reason
  await reading.note({
    who: technician.id,
    what: `conversation.${body.do}`,
    about: id,
    detail: { key: body.key, result, ...detailOf(body) },
  })
  if (outcome !== 'late' && !outcome.ok) throw new HubError(outcome.reason)
  if (attached.length > 0)
    await files.attach(
      attached.map((file) => file.id),
      id,
    )
  const conversation = await reading.summary(id)
  if (!conversation) throw new HubError('HUB_NOT_FOUND')
  return { conversation, late: outcome === 'late' }

  async function filled(pick: TemplatePick): Promise<Content> {
    const found = await reading.address(id)
    if (!found) throw new HubError('HUB_NOT_FOUND')
    return templates.fill(found.address, pick)
  }
}

function actOf(body: Act, files: readonly KnownFile[]): TechnicianAct {
  switch (body.do) {
    case 'accept':
    case 'take-over':
    case 'return':
    case 'close':
      return { do: body.do }
    case 'note':
      return { do: 'note', text: body.text }
    case 'transfer':
      return { do: 'transfer', to: body.to, ...(body.note === undefined ? {} : { note: body.note }) }
    case 'say':
      return { do: 'say', content: contentOf(body, files) }
  }
}

/** Buttons come last, so that they stand at the end of the chat. */
function contentOf({ text, choices }: Extract<Act, { do: 'say' }>, files: readonly KnownFile[]): readonly Content[] {
  const media = files.map(
    ({ id, name, mime, bytes }): Content => ({ type: 'media', kind: kindOf(mime), file: { stored: id as FileId, name, mime, bytes } }),
  )
  if (choices) return [...media, { type: 'choices', text, choices }]
  return text.trim() === '' ? media : [{ type: 'text', text, format: 'markdown' }, ...media]
}

function kindOf(mime: string): MediaKind {
  const [family] = mime.split('/')
  return family === 'image' && mime !== 'image/svg+xml' ? 'image' : family === 'audio' || family === 'video' ? family : 'file'
}

/** Their own uploads, and what is part of this conversation already; nothing of anybody else's can be passed on by its id. */
async function filesFor(
  reading: Needs['reading'],
  technician: TechnicianRow,
  conversation: string,
  ids: readonly string[],
): Promise<readonly KnownFile[]> {
  const found = new Map((await reading.findFiles(ids)).map((file) => [file.id, file]))
  return ids.map((id, index) => {
    const file = found.get(id.toLowerCase())
    if (!file || (file.uploader !== technician.id && file.conversation !== conversation))
      throw new HubError('HUB_BAD_REQUEST', { field: `files.${index}`, hint: 'expected a file that you have uploaded' })
    return file
  })
}

/** What the record keeps of an act: never its words. */
function detailOf(body: Act): { readonly [name: string]: string | number } {
  switch (body.do) {
    case 'transfer':
      return { skill: body.to.skill }
    case 'say':
      return body.content ? { template: body.content[0].name } : { letters: body.text.length, files: body.files?.length ?? 0 }
    case 'accept':
    case 'take-over':
    case 'return':
    case 'close':
    case 'note':
      return {}
  }
}
