import { unpacked } from '../../../src/channel/kit/emulator/fields.ts'
import { Refusal } from './refusal.ts'

export type Arguments = { readonly [name: string]: unknown }

/** Of what is called here, these read no JSON: its arguments are as if they were not given. https://docs.slack.dev/apis/web-api/using-the-web-api#post_bodies */
const withoutJson = new Set([
  'users.info',
  'users.lookupByEmail',
  'conversations.info',
  'files.info',
  'files.getUploadURLExternal',
  'reactions.get',
])

/** JSON or a form; what looks like JSON within a form is read, as Slack does for blocks and files. */
export function readArguments(method: string, type: string, body: Buffer, query: URLSearchParams): Arguments {
  const given: { [name: string]: unknown } = Object.fromEntries(query)
  if (body.length === 0) return given
  if (type.startsWith('application/json')) {
    let value: unknown
    try {
      value = JSON.parse(body.toString('utf8'))
    } catch {
      throw new Refusal('invalid_json')
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Refusal('json_not_object')
    return withoutJson.has(method) ? given : Object.assign(given, value)
  }
  if (!type.startsWith('application/x-www-form-urlencoded')) throw new Refusal('invalid_post_type')
  for (const [name, value] of new URLSearchParams(body.toString('utf8'))) given[name] = unpacked(value)
  return given
}

/** The bytes of an upload: the body itself, or the one part of a form. */
export async function readUpload(type: string, body: Buffer): Promise<Uint8Array> {
  if (!type.startsWith('multipart/form-data')) return new Uint8Array(body)
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData()
  for (const [, value] of form) if (typeof value !== 'string') return new Uint8Array(await value.arrayBuffer())
  return new Uint8Array()
}
