import type { Health, Json } from '../../src/channel/index.ts'
import { advised } from '../../src/channel/kit/advised.ts'
import type { Api } from './api.ts'
import { classify } from './errors.ts'
import type { BotInfo } from './wire.ts'

type Quota = { readonly type: 'none' | 'limited'; readonly value?: number }
type Endpoint = { readonly endpoint: string; readonly active: boolean }

/** Less than so much of the month's push messages left is worth a word. */
const scarce = 0.1

/** Who we are, what is left of the month's push messages, and whether LINE sends us anything. */
export async function check(api: Api, learn: (signal: AbortSignal) => Promise<BotInfo>, signal: AbortSignal): Promise<Health> {
  try {
    const info = await learn(signal)
    const [quota, used, hook] = await Promise.all([
      api.call<Quota>('GET', 'v2/bot/message/quota', { signal }),
      api.call<{ readonly totalUsage: number }>('GET', 'v2/bot/message/quota/consumption', { signal }),
      api.call<Endpoint>('GET', 'v2/bot/channel/webhook/endpoint', { signal }).catch(() => undefined),
    ])
    const left = quota.type === 'limited' && quota.value !== undefined ? Math.max(0, quota.value - used.totalUsage) : undefined
    const facts: { [name: string]: Json } = {
      bot: info.displayName,
      basicId: info.basicId,
      pushUsedThisMonth: used.totalUsage,
      ...(left === undefined ? { pushLimit: 'none' } : { pushLimit: quota.value!, pushLeft: left }),
      webhook: hook?.endpoint ?? '',
      webhookActive: hook?.active ?? false,
      ...(info.chatMode ? { chatMode: info.chatMode } : {}),
    }
    const advice = [adviceOn(hook), quotaIn(quota, left)].filter(Boolean).join(' ')
    return { ok: true, ...advised(`${info.displayName} (${info.basicId}) answers.`, advice), facts }
  } catch (error) {
    const failure = classify(error)
    return { ok: false, detail: failure.detail ?? failure.code, facts: { code: failure.code } }
  }
}

function adviceOn(hook: Endpoint | undefined): string | undefined {
  if (!hook || hook.endpoint === '') return 'No webhook is set, so nothing comes in: npm run channel -- connect line <account>'
  return hook.active ? undefined : 'The webhook is switched off: LINE Developers Console, Messaging API, Use webhook.'
}

function quotaIn({ value }: Quota, left: number | undefined): string | undefined {
  if (left === undefined || value === undefined || left > value * scarce) return undefined
  if (left === 0) return "This month's push messages are used up; only answers within a minute still go out."
  return `Only ${left} of this month's ${value} push messages are left.`
}
