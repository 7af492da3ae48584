import { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { request } from 'undici'
import type { AdapterDeps } from '../../src/channel/index.ts'
import { NotPrepared } from '../../src/channel/kit/classify.ts'
import type { Api } from './api.ts'
import type { SlackConfig } from './config.ts'
import { SlackRefusal } from './errors.ts'
import { isSlackUrl } from './hosts.ts'
import type { Payload, SlackFile } from './wire.ts'

type Sharing = Extract<Payload, { method: 'files.completeUploadExternal' }>
type Context = { readonly api: Api; readonly deps: AdapterDeps; readonly keys: SlackConfig }
type Ticket = { readonly upload_url?: string; readonly file_id: string }

/** Brings the bytes to Slack, seen by nobody yet. The host for uploads never gets our token. Whatever fails is a `NotPrepared`. */
export async function upload({ api, deps, keys }: Context, { file }: Sharing, signal: AbortSignal) {
  try {
    const opened = await deps.files.open(file.stored)
    const name = safeName(opened.name ?? file.name)
    const ticket = await api.call<Ticket>('files.getUploadURLExternal', { filename: name, length: opened.bytes }, signal)
    if (!isSlackUrl(ticket.upload_url, keys.apiUrl)) {
      await opened.body.cancel()
      throw new SlackRefusal({ method: 'files.getUploadURLExternal', status: 200, code: 'foreign_upload_host' })
    }
    const answer = await request(ticket.upload_url, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream', 'content-length': String(opened.bytes) },
      body: Readable.fromWeb(opened.body as Parameters<typeof Readable.fromWeb>[0]),
      signal,
    })
    await answer.body.dump()
    if (answer.statusCode === 413) throw new SlackRefusal({ method: 'upload', status: 413, code: 'file_size_exceeded' })
    if (answer.statusCode !== 200) throw new Error(`the host for uploads answered ${answer.statusCode}`)
    return { id: ticket.file_id, title: name }
  } catch (cause) {
    throw new NotPrepared('the file could not be brought to Slack', { cause })
  }
}

const safeName = (name: string | undefined): string => name?.replace(/[\p{Cc}\\/]/gu, '_').slice(0, 250) || 'file'

/**
 * The message in which a file was shared. Slack shares a moment later than it says so: waiting for it also keeps what is said next
 * below the file. Undefined after 1.5 seconds, and where Slack does not tell.
 */
export async function sharedAs(api: Api, file: string, channel: string, signal: AbortSignal): Promise<string | undefined> {
  for (const pause of [0, 100, 200, 400, 800]) {
    try {
      if (pause > 0) await wait(pause, undefined, { signal })
      const { file: known } = await api.call<{ readonly file?: SlackFile }>('files.info', { file }, signal)
      const ts = tsIn(known, channel)
      if (ts !== undefined) return ts
    } catch {
      return undefined
    }
  }
  return undefined
}

export function tsIn(file: SlackFile | undefined, channel: string): string | undefined {
  for (const channels of Object.values(file?.shares ?? {})) {
    const ts = channels[channel]?.at(-1)?.ts
    if (typeof ts === 'string') return ts
  }
  return undefined
}
