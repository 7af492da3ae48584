import type { Asked } from './serve.ts'

export type Upload = { readonly name: string; readonly mime: string; readonly bytes: Uint8Array }
/** The parameters of a call, however they came; files stand beside them. */
export type Fields = { readonly fields: { readonly [name: string]: unknown }; readonly files: ReadonlyMap<string, Upload> }

/** The parameters of a call: JSON, a form, or a form with files. */
export async function readFields(asked: Asked): Promise<Fields> {
  const type = asked.headers['content-type'] ?? ''
  const fields: { [name: string]: unknown } = Object.fromEntries(asked.url.searchParams)
  const files = new Map<string, Upload>()
  if (asked.body.length === 0) return { fields, files }
  if (type.startsWith('multipart/form-data')) {
    const form = await new Response(new Uint8Array(asked.body), { headers: { 'content-type': type } }).formData()
    for (const [name, value] of form) {
      if (typeof value === 'string') fields[name] = unpacked(value)
      else files.set(name, { name: value.name, mime: value.type, bytes: new Uint8Array(await value.arrayBuffer()) })
    }
  } else if (type.startsWith('application/x-www-form-urlencoded')) {
    for (const [name, value] of new URLSearchParams(Buffer.from(asked.body).toString('utf8'))) fields[name] = unpacked(value)
  } else Object.assign(fields, JSON.parse(Buffer.from(asked.body).toString('utf8')))
  return { fields, files }
}

/** What looks like JSON within a form is read, as platforms do for lists and objects. */
export function unpacked(value: string): unknown {
  if (!/^[[{]/.test(value)) return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}
