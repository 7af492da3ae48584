import type { Json } from '../../../src/channel/index.ts'
import type { StagedMessage } from '../../../src/channel/kit/emulator/stage.ts'
import { listIn, objectIn, textIn } from '../../../src/channel/kit/meta-webhook.ts'
import { type CloudNumber, Refusal } from './number.ts'

/** What every business has beside what can be sent as it is: one that waits for its approval, some with values in all places, and a code. */
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
    name: 'order_shipped',
    language: 'en',
    status: 'APPROVED',
    category: 'UTILITY',
    parameter_format: 'NAMED',
    components: [
      { type: 'HEADER', format: 'TEXT', text: 'Order {{order}}' },
      { type: 'BODY', text: 'Hello {{first_name}}, it comes on {{day}}. Ask for {{first_name}}.' },
      { type: 'FOOTER', text: 'Acme' },
      {
        type: 'BUTTONS',
        buttons: [
          { type: 'QUICK_REPLY', text: 'Stop' },
          { type: 'URL', text: 'Track', url: 'https://track.example.com/{{1}}' },
        ],
      },
    ],
  },
  {
    name: 'gift',
    language: 'en',
    status: 'APPROVED',
    category: 'MARKETING',
    components: [
      { type: 'BODY', text: 'For you.' },
      { type: 'BUTTONS', buttons: [{ type: 'COPY_CODE', text: 'Copy offer code' }] },
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

function definitions(number: CloudNumber): readonly { readonly [key: string]: Json }[] {
  const own = Object.entries(number.templates).map(([key, text]) => {
    const [name = '', language = ''] = key.split('/')
    return { name, language, status: 'APPROVED', category: 'UTILITY', parameter_format: 'POSITIONAL', components: [{ type: 'BODY', text }] }
  })
  return [...own, ...others]
}

/** `GET /{business account}/message_templates`, a page after the other. */
export function listTemplates(number: CloudNumber, { status, limit, after }: { readonly [name: string]: unknown }): Json {
  const all = definitions(number).filter((one) => status === undefined || one.status === status)
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

type Fields = { readonly [name: string]: unknown }

/** A template with its values in place, as the person reads it; every place wants its own, and nothing else may come along. */
export function fillTemplate(number: CloudNumber, told: Fields): Pick<StagedMessage, 'text' | 'buttons'> {
  const [name, language] = [textIn(told.name), textIn(objectIn(told.language).code)]
  const found = definitions(number).find((one) => one.name === name && one.language === language && one.status === 'APPROVED')
  if (!found) throw new Refusal(132001, 'Template name does not exist in the translation', 404)
  const given = listIn(told.components).map(objectIn)
  const lines: string[] = []
  const buttons: { readonly label: string; readonly url: string }[] = []
  const taken = new Set<Fields>()
  const take = (fits: (component: Fields) => boolean): readonly Fields[] => {
    const component = given.find(fits)
    if (component) taken.add(component)
    return listIn(component?.parameters).map(objectIn)
  }
  for (const part of listIn(found.components).map(objectIn)) {
    const isNamed = found.parameter_format === 'NAMED'
    if (part.type === 'HEADER' || part.type === 'BODY') {
      const parameters = take(({ type }) => type === String(part.type).toLowerCase())
      if (part.type === 'HEADER' && part.format !== 'TEXT') lines.push(mediumIn(parameters, String(part.format).toLowerCase()))
      else lines.push(inPlace(textIn(part.text) ?? '', parameters, isNamed))
    }
    if (part.type === 'FOOTER') lines.push(textIn(part.text) ?? '')
    for (const [index, button] of listIn(part.buttons).map(objectIn).entries()) {
      const url = textIn(button.url)
      const wants = button.type === 'COPY_CODE' || button.type === 'OTP' || url?.includes('{{')
      if (!wants) continue
      const [parameter] = take(
        ({ type, sub_type, index: at }) => type === 'button' && sub_type === (url ? 'url' : 'copy_code') && at === String(index),
      )
      const value = textIn(url ? parameter?.text : parameter?.coupon_code)
      if (value === undefined)
        throw new Refusal(131008, `Required parameter is missing: buttons: Button at index ${index} requires a parameter`)
      if (url) buttons.push({ label: textIn(button.text) ?? '', url: url.replace('{{1}}', value) })
      else lines.push(`[${value}]`)
    }
  }
  if (taken.size < given.length) throw new Refusal(132000, 'Number of parameters does not match the expected number of params')
  return { text: lines.join('\n\n'), buttons }
}

function mediumIn(parameters: readonly Fields[], kind: string): string {
  const [parameter, ...more] = parameters
  const link = textIn(objectIn(parameter?.[kind]).link)
  if (!parameter || parameter.type !== kind || more.length > 0)
    throw new Refusal(132012, `header: Format mismatch, expected ${kind.toUpperCase()}`)
  if (link === undefined || !URL.canParse(link)) throw new Refusal(131009, `Param template.components.parameters.${kind}.link is not valid`)
  return `<${link}>`
}

function inPlace(text: string, parameters: readonly Fields[], isNamed: boolean): string {
  const names = [...new Set([...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name!))]
  if (parameters.length !== names.length)
    throw new Refusal(132000, `Number of parameters (${parameters.length}) does not match the expected number of params (${names.length})`)
  const values = new Map(
    parameters.map((parameter, index) => {
      const value = textIn(parameter.text) ?? ''
      if (parameter.type !== 'text' || value === '') throw new Refusal(131008, 'Required parameter is missing: text')
      if (/[\n\t]| {5}/.test(value)) throw new Refusal(132018, 'Param text cannot have new-line/tab characters')
      if (isNamed !== (parameter.parameter_name !== undefined)) throw new Refusal(132012, 'Parameter name is missing or invalid')
      return [isNamed ? String(parameter.parameter_name) : String(index + 1), value] as const
    }),
  )
  return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values.get(name)
    if (value === undefined) throw new Refusal(132012, `Parameter name ${name} is missing or invalid`)
    return value
  })
}
