import { setTimeout as wait } from 'node:timers/promises'
import { type AdapterDeps, type FetchedFile, type Json, PlatformError } from '../../src/channel/index.ts'
import type { Api } from './api.ts'
import type { LineConfig } from './config.ts'
import type { LineFileRef } from './wire.ts'

/** LINE prepares large videos and audio first, and says 202 until then. */
const pausesMs = [300, 700, 1_500, 3_000]
/** Where stickers' pictures are; not part of the published API, so an account with addresses of its own asks there. */
const stickerHost = 'https://stickershop.line-scdn.net'

/** The bytes of what somebody sent; https://developers.line.biz/en/reference/messaging-api/#get-content */
export async function fetchFile(
  { api, keys, deps }: { readonly api: Api; readonly keys: LineConfig; readonly deps: AdapterDeps },
  ref: Json,
  signal: AbortSignal,
): Promise<FetchedFile> {
  const file = ref as LineFileRef
  const data = keys.dataApiUrl.endsWith('/') ? keys.dataApiUrl : `${keys.dataApiUrl}/`
  if ('sticker' in file) {
    const host = new URL(data).host === 'api-data.line.me' ? stickerHost : data
    const path = `/stickershop/v1/sticker/${encodeURIComponent(file.sticker)}/android/sticker.png`
    return opened(await deps.fetch(new URL(path, host), { signal, redirect: 'error' }))
  }
  const content = new URL(`v2/bot/message/${encodeURIComponent(file.content)}/content`, data)
  for (let round = 0; ; round++) {
    const answer = await deps.fetch(content, { signal, redirect: 'error', headers: api.authorization })
    if (answer.status !== 202) return opened(answer)
    await answer.body?.cancel()
    await wait(pausesMs[Math.min(round, pausesMs.length - 1)], undefined, { signal })
    const state = await deps.fetch(`${content.href}/transcoding`, { signal, redirect: 'error', headers: api.authorization })
    const { status } = (await state.json().catch(() => ({}))) as { readonly status?: unknown }
    if (status === 'failed') throw new PlatformError({ status: 410, code: '410', message: 'LINE could not prepare the file' })
  }
}

async function opened(answer: Response): Promise<FetchedFile> {
  if (!answer.ok || !answer.body) {
    await answer.body?.cancel()
    throw new PlatformError({
      status: answer.status === 404 ? 410 : answer.status,
      code: String(answer.status),
      message: 'the file could not be read',
    })
  }
  const mime = answer.headers.get('content-type')?.split(';')[0]?.trim()
  return { mime: mime || 'application/octet-stream', body: answer.body }
}
