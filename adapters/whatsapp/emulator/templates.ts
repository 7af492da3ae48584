import type { Json } from '../../../src/channel/index.ts'
import { type CloudNumber, Refusal } from './number.ts'

/** What every business has beside what can be sent as it is: one that waits for its approval, one under a picture, and a code. */
const others: readonly { readonly [key: string]: Json }[] = [
  { name: 'spring_sale', language: 'en', status: 'PENDING', category: 'MARKETING', components: [{ type: 'BODY', text: 'Come in.' }] },
  {
    name: 'welcome_picture',
    language: 'en',
    status: 'APPROVED',
    category: 'MARKETING',
    components: [
      { type: 'HEADER', format: 'IMAGE' },
      { type: 'BODY', text: 'Welcome, {{1}}.' },
    ],
  },
  {
    name: 'sign_in_code',
    language: 'en',
    status: 'APPROVED',
    category: 'AUTHENTICATION',
    components: [
      { type: 'BODY', text: '*{{1}}* is your code.' },
      { type: 'BUTTONS', buttons: [{ type: 'OTP', otp_type: 'COPY_CODE', text: 'Copy code' }] },
    ],
  },
]

/** `GET /{business account}/message_templates`, a page after the other. */
export function listTemplates(number: CloudNumber, { status, limit, after }: { readonly [name: string]: unknown }): Json {
  const own = Object.entries(number.templates).map(([key, text]) => {
    const [name = '', language = ''] = key.split('/')
    return { name, language, status: 'APPROVED', category: 'UTILITY', parameter_format: 'POSITIONAL', components: [{ type: 'BODY', text }] }
  })
  const all = [...own, ...others].filter((one) => status === undefined || one.status === status)
  const size = Number(limit ?? 25)
  if (!(size >= 1 && size <= 100)) throw new Refusal(100, 'Param limit must be between 1 and 100')
  const from = after === undefined ? 0 : Number(after)
  const data = all.slice(from, from + size)
  const end = from + data.length
  const next = end < all.length ? { next: `https://graph.facebook.com/next?after=${end}` } : {}
  return {
    data: data.map((one, n) => ({ id: String(1000 + from + n), ...one })),
    paging: { cursors: { before: String(from), after: String(end) }, ...next },
  }
}
