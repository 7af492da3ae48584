import { type AdapterDeps, type FetchedFile, type Json, PlatformError } from '../../src/channel/index.ts'
import type { Api } from './api.ts'
import type { SlackConfig } from './config.ts'
import { SlackRefusal } from './errors.ts'
import { isSlackUrl } from './hosts.ts'
import type { SlackFile, SlackFileRef } from './wire.ts'

const mostRedirects = 3

/**
 * The bytes of a file that came in, with our token, from Slack's hosts only. Slack shows those it does not let in its login page, with
 * status 200: a page where none was announced is no file. https://docs.slack.dev/reference/objects/file-object
 */
export async function fetchFile(api: Api, keys: SlackConfig, deps: AdapterDeps, ref: Json, signal: AbortSignal): Promise<FetchedFile> {
  const given = ref as SlackFileRef
  const file = given.url === undefined ? await askFor(api, given, signal) : given
  const answer = await download(file.url, keys, deps, signal)
  const told = answer.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  const length = Number(answer.headers.get('content-length') ?? Number.NaN)
  const isPage = told === 'text/html' && !(file.mime === 'text/html' && file.bytes !== undefined && length === file.bytes)
  if (!answer.ok || !answer.body || isPage) {
    await answer.body?.cancel()
    const code = isPage ? 'login_page' : answer.status === 404 ? 'file_not_found' : `http_${answer.status}`
    throw new SlackRefusal({ method: 'files', status: isPage ? 200 : answer.status, code })
  }
  const mime = file.mime ?? (told && told !== 'application/octet-stream' ? told : undefined) ?? 'application/octet-stream'
  return { mime, ...(file.name ? { name: file.name } : {}), body: answer.body }
}

/** What was not told with the message: files of other organisations come as their id. */
async function askFor(api: Api, { fileId }: SlackFileRef, signal: AbortSignal): Promise<SlackFileRef> {
  const { file } = await api.call<{ readonly file?: SlackFile }>('files.info', { file: fileId }, signal)
  const url = file?.url_private_download ?? file?.url_private
  if (!file || !url) throw new SlackRefusal({ method: 'files.info', status: 200, code: 'file_not_found' })
  return {
    fileId,
    url,
    ...(file.mimetype ? { mime: file.mimetype } : {}),
    ...(file.name ? { name: file.name } : {}),
    ...(file.size === undefined ? {} : { bytes: file.size }),
  }
}

async function download(url: string | undefined, keys: SlackConfig, deps: AdapterDeps, signal: AbortSignal): Promise<Response> {
  let address: unknown = url
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    if (!isSlackUrl(address, keys.apiUrl))
      throw new PlatformError({ status: 400, code: 'foreign_file_host', message: 'the file is not at a host of Slack’s' })
    const answer = await deps.fetch(address, { headers: { authorization: `Bearer ${keys.botToken}` }, redirect: 'manual', signal })
    const next = answer.status >= 300 && answer.status < 400 ? answer.headers.get('location') : null
    if (next === null) return answer
    await answer.body?.cancel()
    address = URL.canParse(next, address) ? new URL(next, address).href : next
  }
  throw new PlatformError({ status: 400, code: 'too_many_redirects', message: 'the file is nowhere' })
}
