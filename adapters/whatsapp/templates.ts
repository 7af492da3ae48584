import type { ApprovedTemplate, Json } from '../../src/channel/index.ts'
import type { Graph } from '../../src/channel/kit/meta-graph.ts'
import { listIn, objectIn, textIn } from '../../src/channel/kit/meta-webhook.ts'
import { layoutOf } from './template-slots.ts'

/** Templates in one answer, and answers that are read at most. An account may have 6000; nobody picks among so many. */
const perPage = '100'
const mostPages = 5

/** https://developers.facebook.com/documentation/business-messaging/whatsapp/templates (2026-02): those that need nothing but values. */
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

/** Nothing where a template wants more than values that somebody can write. */
function approved(told: Told): readonly ApprovedTemplate[] {
  const [name, language] = [textIn(told.name), textIn(told.language)]
  if (!name || !language || told.status !== 'APPROVED' || told.category === 'AUTHENTICATION') return []
  const layout = layoutOf(told.components, told.parameter_format === 'NAMED')
  if (!layout || layout.text === '') return []
  const { text, slots } = layout
  const category = textIn(told.category)?.toLowerCase()
  const note = slots.every((slot) => slot.in === 'body' && !('name' in slot)) ? {} : { layout: slots as Json }
  return [{ name, language, text, values: slots.length, ...note, ...(category ? { category } : {}) }]
}
