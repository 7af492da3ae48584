import type { Address, ApprovedTemplate, Template } from '../../channel/index.ts'
import type { Channels, Log } from '../../pipeline/ports.ts'
import type { TemplatesView } from '../api-types.ts'
import { HubError } from '../errors.ts'

/** An account's list is asked for so seldom, in ms; after a failure sooner. */
const keptMs = 300_000
const failedMs = 15_000
const timeoutMs = 10_000
/** So many are shown; a platform may have more. */
const most = 500

type Told = Pick<TemplatesView, 'hint'> & { readonly templates: readonly ApprovedTemplate[] }
type Known = { readonly until: number; readonly list: Promise<Told> }
export type Templates = ReturnType<typeof makeTemplates>

/** What an account's platform has approved for writing outside its window; asked for once for all technicians. */
export function makeTemplates({ channels, log, now }: { readonly channels: Channels; readonly log: Log; readonly now: () => Date }) {
  const known = new Map<string, Known>()

  async function ask(at: Address): Promise<Told> {
    const channel = channels.get(at.channel, at.account)
    if (!channel?.can.template) return { templates: [], hint: 'This channel has no templates.' }
    const { adapter } = channel
    if (!adapter.templates)
      return { templates: [], hint: `This account does not tell its templates: see the set-up in adapters/${at.channel}/README.md.` }
    try {
      const templates = await adapter.templates(AbortSignal.timeout(timeoutMs))
      const sorted = templates.toSorted((one, other) => one.name.localeCompare(other.name) || one.language.localeCompare(other.language))
      return {
        templates: sorted.slice(0, most),
        ...(sorted.length === 0 ? { hint: 'This account has no approved template that can be sent from here.' } : {}),
      }
    } catch (error) {
      const failure = adapter.classify(error)
      log.warn({ step: 'templates', channel: at.channel, account: at.account, failure }, 'the templates of an account could not be read')
      const key = keyOf(at)
      const kept = known.get(key)
      if (kept) known.set(key, { ...kept, until: now().getTime() + failedMs })
      return { templates: [], hint: `The templates could not be read: ${failure.detail ?? failure.code}` }
    }
  }

  function list(at: Address): Promise<Told> {
    const key = keyOf(at)
    const kept = known.get(key)
    if (kept && kept.until > now().getTime()) return kept.list
    const fresh: Known = { until: now().getTime() + keptMs, list: ask(at) }
    known.set(key, fresh)
    return fresh.list
  }

  return {
    list,
    /** The template with its words, as history keeps it. Throws a `HubError` where the platform has not approved it, or values are missing. */
    async fill(at: Address, wanted: Pick<Template, 'name' | 'language' | 'values'>): Promise<Template> {
      const { templates, hint } = await list(at)
      const found = templates.find(({ name, language }) => name === wanted.name && language === wanted.language)
      if (!found)
        throw new HubError('HUB_BAD_REQUEST', {
          field: 'content.0.name',
          hint: templates.length === 0 && hint ? hint : 'expected a template of GET /api/desk/conversations/:id/templates',
        })
      if (found.values !== wanted.values.length)
        throw new HubError('HUB_BAD_REQUEST', { field: 'content.0.values', hint: `expected ${found.values} values` })
      const { name, language, values } = wanted
      const { layout } = found
      return { type: 'template', name, language, values, text: wordsOf(found, values), ...(layout === undefined ? {} : { layout }) }
    },
  }
}

const keyOf = ({ channel, account }: Address): string => `${channel}/${account}`

const wordsOf = ({ text }: ApprovedTemplate, values: readonly string[]): string =>
  text.replace(/\{\{(\d{1,2})\}\}/g, (mark, number: string) => values[Number(number) - 1] ?? mark)
