import type { ApprovedTemplate } from '../../src/channel/index.ts'
import type { Graph } from '../../src/channel/kit/meta-graph.ts'
import { listIn, objectIn, textIn } from '../../src/channel/kit/meta-webhook.ts'

/** Templates in one answer, and answers that are read at most. An account may have 6000; nobody picks among so many. */
const perPage = '100'
const mostPages = 5

/** https://developers.facebook.com/documentation/business-messaging/whatsapp/templates (2026-02): those that need nothing but values in their words. */
export async function readTemplates(graph: Graph, account: string, signal: AbortSignal): Promise<readonly ApprovedTemplate[]> {
  const found: ApprovedTemplate[] = []
  let after: string | undefined
  for (let page = 0; page < mostPages; page++) {
    const query = {
      fields: 'name,language,status,category,parameter_format,components',
      status: 'APPROVED',
      limit: perPage,
      ...(after === undefined ? {} : { after }),
    }
    const told = await graph.call<Told>({ method: 'GET', path: `${encodeURIComponent(account)}/message_templates`, query, signal })
    for (const one of listIn(told.data).map(objectIn)) found.push(...approved(one))
    const paging = objectIn(told.paging)
    after = textIn(objectIn(paging.cursors).after)
    if (after === undefined || textIn(paging.next) === undefined) break
  }
  return found
}

type Told = { readonly [key: string]: unknown }

/** Nothing where a template wants more than we can fill in: a picture, a code, a catalogue, values with names, or a value in its title or its link. */
function approved(told: Told): readonly ApprovedTemplate[] {
  const [name, language] = [textIn(told.name), textIn(told.language)]
  const parts = listIn(told.components).map(objectIn)
  const body = parts.find(({ type }) => type === 'BODY')
  const text = textIn(body?.text)
  if (!name || !language || !text || told.status !== 'APPROVED' || told.parameter_format === 'NAMED' || told.category === 'AUTHENTICATION')
    return []
  if (!parts.every(isPlain)) return []
  const numbers = [...text.matchAll(/\{\{(\d{1,2})\}\}/g)].map(([, number]) => Number(number))
  const values = new Set(numbers).size
  if (numbers.some((number) => number < 1 || number > values)) return []
  const category = textIn(told.category)?.toLowerCase()
  return [{ name, language, text, values, ...(category ? { category } : {}) }]
}

function isPlain(part: Told): boolean {
  switch (part.type) {
    case 'BODY':
    case 'FOOTER':
      return true
    case 'HEADER':
      return part.format === 'TEXT' && !String(part.text).includes('{{')
    case 'BUTTONS':
      return listIn(part.buttons)
        .map(objectIn)
        .every(({ type, url }) => type === 'QUICK_REPLY' || type === 'PHONE_NUMBER' || (type === 'URL' && !String(url).includes('{{')))
    default:
      return false
  }
}
