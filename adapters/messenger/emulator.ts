import type { Emulator, EmulatorOptions } from '../../src/channel/emulator.ts'
import type { Json } from '../../src/channel/index.ts'
import { controls, underFaults } from '../../src/channel/kit/emulator/calls.ts'
import { readFields } from '../../src/channel/kit/emulator/fields.ts'
import { playground } from '../../src/channel/kit/emulator/playground.ts'
import { type Answered, type Asked, type Outcome, serve } from '../../src/channel/kit/emulator/serve.ts'
import { textIn } from '../../src/channel/kit/meta-webhook.ts'
import { hmac } from '../../src/channel/kit/signature.ts'
import { answerOf, makePage, type Page, type PageOptions, Refusal } from './emulator/page.ts'
import { chatOf, type MessengerPerson, personIn } from './emulator/people.ts'
import { sendMessage, uploadAttachment } from './emulator/sending.ts'
import { subscribedFields } from './wire.ts'

export type { MessengerPerson } from './emulator/people.ts'

export interface MessengerEmulator extends Emulator {
  person(name: string): MessengerPerson
  /** Sends what happens meanwhile as one webhook. */
  together(act: () => Promise<unknown>): Promise<void>
  /** Webhooks that the hub has not taken yet. */
  pending(): number
}

const defaults: PageOptions = {
  id: '682498302938465',
  name: 'Switchboard',
  app: '1517776481860111',
  token: 'EMULATORpageaccesstoken',
  appSecret: 'emulator-app-secret',
  verifyToken: 'emulator-verify-token',
}
const version = '/v25.0'

/** Messenger on loopback: the Graph API of one page, its webhooks, and the people who write to it. */
export async function startMessengerEmulator(options: EmulatorOptions & Partial<PageOptions> = {}): Promise<MessengerEmulator> {
  const { host = '127.0.0.1', port = 0, ...given } = options
  const page = makePage({ ...defaults, ...given }, options)
  const { stage, hooks } = page
  const planned: Answered[] = []
  const person = (name: string) => personIn(page, chatOf(page, name), () => door.url)
  const someone = (chat: string | undefined, name: string | undefined) => {
    const found = chatOf(page, chat ?? name!)
    if (name) found.name = name
    return personIn(page, found, () => door.url)
  }
  const door = await serve({ host, port }, handle)

  async function handle(asked: Asked): Promise<Outcome> {
    const { pathname } = asked.url
    if (pathname.startsWith('/playground/'))
      return playground(asked, {
        stage,
        channel: 'messenger',
        bot: page.name,
        webhook: () => hooks.url()?.href ?? null,
        someone,
        downFor: door.downFor,
      })
    const file = /^\/cdn\/([^/]+)\//.exec(pathname)
    if (file) return cdn(page, file[1]!)
    const path = pathname.replace(/^\/v\d+\.\d+(?=\/)/, '')
    if (path === pathname) return answerOf(new Refusal(2500, 'An unknown error occurred: no version', undefined, 400))
    const name = path.split('/').at(-1)!
    const nothing: Awaited<ReturnType<typeof readFields>> = { fields: {}, files: new Map() }
    const { fields, files } = await readFields(asked).catch(() => nothing)
    const visible = asked.method === 'POST' && name === 'messages' && fields.sender_action === undefined
    return underFaults(
      stage,
      { name: `${asked.method} ${name}`, visible, planned },
      {
        perform: async () => {
          try {
            authorise(page, asked, fields, path)
            return { status: 200, body: await call(page, asked.method, path, fields, files.get('filedata')) }
          } catch (error) {
            return answerOf(error instanceof Refusal ? error : new Refusal(1, 'An unknown error occurred', undefined, 500))
          }
        },
        tooMany: (seconds) =>
          answerOf(new Refusal(613, 'Calls to this api have exceeded the rate limit.'), { 'retry-after': String(seconds) }),
        broken: () => answerOf(new Refusal(2, 'Service temporarily unavailable', undefined, 500)),
      },
    )
  }

  const account = () => ({
    appSecret: page.appSecret,
    verifyToken: page.verifyToken,
    pageAccessToken: page.token,
    apiUrl: `${door.url}${version}`,
  })
  return {
    ...controls(stage, door, planned),
    signature: { coversBody: true, maxAgeSeconds: null },
    account,
    refusedAccount: () => ({ ...account(), pageAccessToken: 'EMULATORrevokedtoken' }),
    sign: hooks.sign,
    connect(hookUrl) {
      page.subscribedFields = subscribedFields.split(',')
      return hooks.connect(hookUrl, page.verifyToken)
    },
    person,
    together: hooks.together,
    pending: hooks.waiting,
    async close() {
      hooks.close()
      await door.close()
    },
  }
}
export const startEmulator = startMessengerEmulator

function cdn(page: Page, id: string): Answered {
  const file = page.stage.files.get(id)
  if (!file) return { status: 403, text: 'URL signature expired' }
  return { status: 200, headers: { 'content-type': file.mime }, body: file.bytes }
}

function authorise(page: Page, asked: Asked, fields: { readonly [name: string]: unknown }, path: string): void {
  const token = /^Bearer (.+)$/.exec(asked.headers.authorization ?? '')?.[1] ?? textIn(fields.access_token)
  const wanted = path.endsWith('/subscriptions') ? `${page.app}|${page.appSecret}` : page.token
  if (token !== wanted) throw new Refusal(190, 'Invalid OAuth access token - Cannot parse access token', undefined, 400)
  const proof = textIn(fields.appsecret_proof)
  if (proof !== undefined && proof !== hmac('sha256', page.appSecret, token, 'hex'))
    throw new Refusal(100, 'Invalid appsecret_proof provided in the API argument')
}

type Upload = { readonly name: string; readonly mime: string; readonly bytes: Uint8Array }

async function call(
  page: Page,
  method: string,
  path: string,
  fields: { readonly [name: string]: unknown },
  upload: Upload | undefined,
): Promise<Json> {
  const [node, edge] = path.slice(1).split('/')
  if (node === 'app' && !edge) return { id: page.app }
  if (node === page.app && edge === 'subscriptions' && method === 'POST') return subscribeApp(page, fields)
  if (node !== 'me' && node !== page.id) return profile(page, node ?? '', edge)
  switch (`${method} ${edge ?? ''}`) {
    case 'GET ':
      return { id: page.id, name: page.name }
    case 'POST messages':
      return sendMessage(page, fields, upload)
    case 'POST message_attachments':
      return uploadAttachment(page, fields, upload)
    case 'GET subscribed_apps':
      return {
        data: page.subscribedFields.length > 0 ? [{ id: page.app, name: 'Switchboard', subscribed_fields: page.subscribedFields }] : [],
      }
    case 'POST subscribed_apps':
      page.subscribedFields = String(fields.subscribed_fields ?? '').split(',')
      return { success: true }
    case 'POST messenger_profile':
      return { result: 'success' }
    default:
      throw new Refusal(100, 'Unsupported request. Please read the Graph API documentation')
  }
}

async function subscribeApp(page: Page, fields: { readonly [name: string]: unknown }): Promise<Json> {
  if (fields.object !== 'page') throw new Refusal(100, 'Param object must be page')
  try {
    await page.hooks.connect(new URL(String(fields.callback_url)), String(fields.verify_token))
  } catch {
    throw new Refusal(2200, 'Callback verification failed: the URL could not be validated')
  }
  return { success: true }
}

function profile(page: Page, psid: string, edge: string | undefined): Json {
  const chat = page.stage.chats.get(psid)
  if (!chat || edge) throw new Refusal(100, `Unsupported request. Object with ID '${psid}' does not exist`, 33)
  const [first, ...last] = chat.name.split(' ')
  return { id: psid, name: chat.name, first_name: first!, ...(last.length > 0 ? { last_name: last.join(' ') } : {}) }
}
