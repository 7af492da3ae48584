import type { Emulator, EmulatorOptions } from '../../src/channel/emulator.ts'
import type { Json } from '../../src/channel/index.ts'
import { controls, underFaults } from '../../src/channel/kit/emulator/calls.ts'
import { readFields } from '../../src/channel/kit/emulator/fields.ts'
import { playground } from '../../src/channel/kit/emulator/playground.ts'
import { type Answered, type Asked, type Outcome, serve } from '../../src/channel/kit/emulator/serve.ts'
import { objectIn, textIn } from '../../src/channel/kit/meta-webhook.ts'
import { hmac } from '../../src/channel/kit/signature.ts'
import { download, locateMedia, uploadMedia } from './emulator/media.ts'
import { answerOf, type CloudNumber, type Item, makeNumber, type NumberOptions, Refusal } from './emulator/number.ts'
import { chatOf, personIn, type WhatsAppPerson } from './emulator/people.ts'
import { sendMessage } from './emulator/sending.ts'
import { listTemplates } from './emulator/templates.ts'

export type { WhatsAppPerson } from './emulator/people.ts'

export interface WhatsAppEmulator extends Emulator {
  /** `phone: false`: somebody whose number WhatsApp does not tell. */
  person(name: string, options?: { readonly phone?: boolean }): WhatsAppPerson
  /** Sends what happens meanwhile as one webhook. */
  together(act: () => Promise<unknown>): Promise<void>
  /** Webhooks that the hub has not taken yet. */
  pending(): number
  /** The next message is taken, and fails a moment later with this code. */
  failLater(code: number): void
  /** The next downloads find their address expired. */
  expireAddresses(count: number): void
  /** Counts what goes to one person, as WhatsApp does: 45 at once, one every 6 seconds. */
  countPairs(rate: { readonly burst: number; readonly everyMs: number } | null): void
  /** Tells of trouble, or of anything else. */
  tells(item: Item): void
}

const defaults: NumberOptions = {
  id: '106540352242922',
  waba: '102290129340398',
  display: '15550783881',
  name: 'Switchboard',
  token: 'EMULATORsystemusertoken',
  appSecret: 'emulator-app-secret',
  verifyToken: 'emulator-verify-token',
  templates: { 'request_update/en': 'News on request {{1}}.' },
}
const version = '/v25.0'

/** The Cloud API on loopback: one number, its webhooks and files, and the people who write to it. */
export async function startWhatsAppEmulator(options: EmulatorOptions & Partial<NumberOptions> = {}): Promise<WhatsAppEmulator> {
  const { host = '127.0.0.1', port = 0, ...given } = options
  const number = makeNumber({ ...defaults, ...given }, options)
  const { stage, hooks } = number
  const planned: Answered[] = []
  const someone = (chat: string | undefined, name: string | undefined) => {
    const found = chatOf(number, chat ?? name!)
    if (name) found.name = name
    return personIn(number, found)
  }
  const door = await serve({ host, port }, handle)

  async function handle(asked: Asked): Promise<Outcome> {
    const { pathname } = asked.url
    if (pathname.startsWith('/playground/')) {
      const webhook = () => hooks.url()?.href ?? null
      return playground(asked, { stage, channel: 'whatsapp', bot: number.name, webhook, someone, downFor: door.downFor })
    }
    const file = /^\/lookaside\/([^/]+)$/.exec(pathname)
    if (file) return download(number, file[1]!, asked.url, asked.headers.authorization)
    const path = pathname.replace(/^\/v\d+\.\d+(?=\/)/, '').slice(1)
    const nothing: Awaited<ReturnType<typeof readFields>> = { fields: {}, files: new Map() }
    const { fields, files } = await readFields(asked).catch(() => nothing)
    const edge = path.split('/')[1]
    const visible = asked.method === 'POST' && edge === 'messages' && fields.status === undefined && fields.type !== 'reaction'
    const perform = async (): Promise<Answered> => {
      try {
        authorise(number, asked, fields)
        return { status: 200, body: await call(number, asked.method, path, fields, files.get('file'), door.url) }
      } catch (error) {
        return answerOf(error instanceof Refusal ? error : new Refusal(131000, 'Something went wrong', 500))
      }
    }
    return underFaults(
      stage,
      { name: `${asked.method} ${edge ?? 'node'}`, visible, planned },
      {
        perform,
        tooMany: (seconds) =>
          answerOf(new Refusal(130429, 'Cloud API message throughput has been reached.'), { 'retry-after': String(seconds) }),
        broken: () => answerOf(new Refusal(131000, 'Something went wrong', 500)),
      },
    )
  }

  const account = () => ({
    transport: 'cloud',
    appSecret: number.appSecret,
    verifyToken: number.verifyToken,
    accessToken: number.token,
    phoneNumberId: number.id,
    businessAccountId: number.waba,
    apiUrl: `${door.url}${version}`,
  })
  return {
    ...controls(stage, door, planned),
    signature: { coversBody: true, maxAgeSeconds: null },
    account,
    refusedAccount: () => ({ ...account(), accessToken: 'EMULATORrevokedtoken' }),
    sign: hooks.sign,
    connect(hookUrl) {
      number.subscribed = true
      return hooks.connect(hookUrl, number.verifyToken)
    },
    person: (name, { phone = true } = {}) => {
      const person = personIn(number, chatOf(number, name))
      if (!phone) person.hidesNumber()
      return person
    },
    together: hooks.together,
    pending: hooks.waiting,
    failLater: (code) => void number.failLater.push(code),
    expireAddresses(count) {
      number.staleAddresses = count
    },
    countPairs(rate) {
      number.pairRate = rate
      number.pairs.clear()
    },
    tells: (item) => hooks.happen({ item, id: `told:${stage.next()}`, lane: 'number', chat: '' }),
    async close() {
      hooks.close()
      await door.close()
    },
  }
}
export const startEmulator = startWhatsAppEmulator

function authorise(number: CloudNumber, asked: Asked, fields: { readonly [name: string]: unknown }): void {
  const token = /^Bearer (.+)$/.exec(asked.headers.authorization ?? '')?.[1]
  if (token !== number.token) throw new Refusal(190, 'Invalid OAuth access token - Cannot parse access token', 401)
  const proof = textIn(fields.appsecret_proof)
  if (proof !== undefined && proof !== hmac('sha256', number.appSecret, token, 'hex'))
    throw new Refusal(100, 'Invalid appsecret_proof provided in the API argument')
}

/** Which apps are told of what happens in the WhatsApp account; `POST` adds the one whose token it is. */
function subscribedApps(number: CloudNumber, method: string): Json {
  if (method === 'POST') {
    number.subscribed = true
    return { success: true }
  }
  const app = { name: number.name, id: '1517776481860111', link: 'https://www.facebook.com/games/?app_id=1517776481860111' }
  return { data: number.subscribed ? [{ whatsapp_business_api_data: app }] : [] }
}

type Fields = { readonly [name: string]: unknown }
type Upload = { readonly name: string; readonly mime: string; readonly bytes: Uint8Array }

async function call(
  number: CloudNumber,
  method: string,
  path: string,
  fields: Fields,
  upload: Upload | undefined,
  at: string,
): Promise<Json> {
  const [node = '', edge] = path.split('/')
  if (node === number.waba && method === 'GET' && edge === 'message_templates') return listTemplates(number, fields)
  if (node === number.waba && edge === 'subscribed_apps') return subscribedApps(number, method)
  if (node !== number.id) {
    if (method === 'GET' && !edge) return locateMedia(number, node, at)
    throw new Refusal(100, `Unsupported request. Object with ID '${node}' does not exist`)
  }
  switch (`${method} ${edge ?? ''}`) {
    case 'GET ':
      return {
        id: number.id,
        display_phone_number: `+${number.display}`,
        verified_name: number.name,
        quality_rating: 'GREEN',
        name_status: 'APPROVED',
        throughput: { level: 'STANDARD' },
      }
    case 'POST ': {
      const { override_callback_uri, verify_token } = objectIn(fields.webhook_configuration)
      await number.hooks.connect(new URL(String(override_callback_uri)), String(verify_token)).catch(() => {
        throw new Refusal(2200, 'Callback verification failed: the URL could not be validated')
      })
      return { success: true }
    }
    case 'POST messages':
      return sendMessage(number, fields)
    case 'POST media':
      return uploadMedia(number, fields, upload)
    default:
      throw new Refusal(100, 'Unsupported request')
  }
}
