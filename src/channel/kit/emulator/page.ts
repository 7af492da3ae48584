import type { EmulatorFaults } from '../../emulator.ts'
import type { Json } from '../../ids.ts'
import type { Upload } from './fields.ts'
import { type Answered, type Asked, isLoopback } from './serve.ts'

type Answer = Promise<Answered> | Answered
export type Given = { readonly [name: string]: unknown }

/** What somebody does in their app, by the name under which a page posts it; what comes back is told to the page. */
export type Acts<Person> = { readonly [name: string]: (person: Person, given: Given) => Promise<Json> | Promise<void> | Json | void }
/** What else a page asks for, by method and path (`GET state`); `GET file/` takes every `file/<id>`. */
export type Routes = { readonly [route: string]: (asked: Asked) => Answer }
type Playground<Person> = {
  readonly routes: Routes
  readonly acts: Acts<Person>
  /** Who acts, by what the page has posted. */
  readonly someone: (given: Given) => Person
  /** Headers that a page may send beside those of every page. */
  readonly headers?: string
}

/** Answers only pages on this machine; what is thrown is told to the page, as a 400. */
export async function answerPage<Person>(asked: Asked, by: Playground<Person>): Promise<Answered> {
  const { origin } = asked.headers
  if (origin !== undefined && !(URL.canParse(origin) && isLoopback(new URL(origin).hostname)))
    return { status: 403, body: { error: 'only pages on this machine may ask' } }
  const shared = { vary: 'origin', 'cache-control': 'no-store', ...(origin === undefined ? {} : { 'access-control-allow-origin': origin }) }
  if (asked.method === 'OPTIONS') {
    const headers = `content-type, x-chat, x-name, x-file-name, x-caption${by.headers === undefined ? '' : `, ${by.headers}`}`
    return {
      status: 204,
      headers: { ...shared, 'access-control-allow-methods': 'GET, POST', 'access-control-allow-headers': headers },
    }
  }
  const answer = await routed(asked, by).catch((error: unknown) => ({
    status: 400,
    body: { error: error instanceof Error ? error.message : 'bad request' },
  }))
  return { ...answer, headers: { ...shared, ...('headers' in answer ? answer.headers : {}) } }
}

async function routed<Person>(asked: Asked, { routes, acts, someone }: Playground<Person>): Promise<Answered> {
  const path = asked.url.pathname.replace(/^\/playground\//, '').replace(/^file\/.*/, 'file/')
  const route = `${asked.method} ${path}`
  if (Object.hasOwn(routes, route)) return routes[route]!(asked)
  if (asked.method !== 'POST' || !Object.hasOwn(acts, path)) return { status: 404, body: { error: 'no such thing in the playground' } }
  const given = readJson(asked)
  return { status: 200, body: (await acts[path]!(someone(given), given)) ?? {} }
}

/** Server-sent events for as long as a page watches; `tell` is given what happened, and sends it as often as it likes. */
export function watched<Event>(
  watchers: Set<(event: Event) => void>,
  tell: (event: Event, send: (type: string, chat: string, data: Json) => void) => void,
): Answered {
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream' },
    watch: (write) => {
      const send = (type: string, chat: string, data: Json) => write(`event: ${type}\ndata: ${JSON.stringify({ chat, data })}\n\n`)
      const watch = (event: Event) => tell(event, send)
      watchers.add(watch)
      return () => watchers.delete(watch)
    },
  }
}

/** The last part of the path, as the id that it is. */
export const idIn = ({ url }: Asked): string => decodeURIComponent(url.pathname.split('/').pop()!)

/** A file on its way to a page: shown where nothing in it can run, else downloaded. */
export function shownFile(file: { readonly name: string; readonly mime: string; readonly bytes: Uint8Array } | undefined): Answered {
  if (!file) return { status: 404, body: { error: 'no such file' } }
  const inline = /^(image\/(png|jpeg|gif|webp)|audio\/|video\/)/.test(file.mime)
  return {
    status: 200,
    headers: {
      'content-type': inline ? file.mime : 'application/octet-stream',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'content-disposition': `${inline ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(file.name)}`,
    },
    body: file.bytes,
  }
}

export const headerIn = ({ headers }: Asked, name: string): string => decodeURIComponent(headers[name] ?? '')

/** A page posts a file's bytes, and in headers its name, its type and the words that go with it. */
export function fileIn(asked: Asked): Upload & { readonly caption?: string } {
  const caption = headerIn(asked, 'x-caption')
  const mime = asked.headers['content-type'] ?? 'application/octet-stream'
  return { name: headerIn(asked, 'x-file-name') || 'file', mime, bytes: asked.body, ...(caption ? { caption } : {}) }
}

/** As long as an emulator stays away when a page switches it off: nobody could ask it to come back. */
const downMs = 15_000

/** Sets the faults that a page names; throws for one that there is not. */
export function setFaults(asked: Asked, faults: EmulatorFaults, downFor: (ms: number) => void): Answered {
  for (const [name, value] of Object.entries(readJson(asked) as Partial<EmulatorFaults>)) {
    if (!(name in faults)) throw new Error(`there is no fault "${name}"`)
    if (name === 'down') {
      if (value) downFor(downMs)
    } else Object.assign(faults, { [name]: typeof value === 'object' ? { ...faults.throttle, ...value } : Number(value) })
  }
  return { status: 200, body: { faults: faults as unknown as Json } }
}

export function required(value: unknown, name: string): string {
  if (typeof value !== 'string' || value === '') throw new Error(`${name} is missing`)
  return value
}

/** What a form was filled in with. */
export const wordsIn = (fields: unknown): { readonly [name: string]: string } =>
  Object.fromEntries(Object.entries(fields ?? {}).map(([name, value]) => [name, String(value)]))

export function readJson(asked: Asked): Given {
  if (!asked.headers['content-type']?.startsWith('application/json')) throw new Error('content-type must be application/json')
  return JSON.parse(asked.body.toString('utf8'))
}
