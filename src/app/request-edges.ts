import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Settings } from '../../config/schema.ts'
import type { HomeView } from '../channel/index.ts'
import type { Identities } from '../core/directory.ts'
import { filedNotice, statusWords } from '../core/notices.ts'
import type { IdentityName } from '../core/trust.ts'
import { type RequestApiNeeds, requestApi } from '../http/api/requests-api.ts'
import { makeNotify } from '../pipeline/notify.ts'
import type { Bell, Channels, Store } from '../pipeline/ports.ts'
import { makeAudience, makeNoticeChoice } from '../service-desk/audience.ts'
import { forgetEdges, makeAnsweredCalls, makeRequesters } from '../service-desk/edges.ts'
import { makeWebhooks } from '../service-desk/webhooks.ts'
import type { Db } from '../store/connect.ts'
import { VALUES } from '../virtual-agent/commands.ts'
import { MENU } from '../virtual-agent/dialogues/step.ts'
import type { Desk } from './service-desk.ts'

type Needs = Pick<RequestApiNeeds, 'auth' | 'reading' | 'files'> & {
  readonly db: Db
  readonly settings: Settings
  readonly requests: Desk
  readonly identities: Identities
  readonly channels: Channels
  readonly store: Store
  readonly bell: Bell
  readonly log: Logger
  readonly now: () => Date
}

/** Requests shown on a home surface. */
const shownAtHome = 10
const hourMs = 3_600_000
const minuteMs = 60_000

/** Who is told of requests, and who may ask about them: notices to people, webhooks, the API, and home surfaces. */
export function openRequestEdges({ db, settings, requests, identities, channels, store, bell, log, now, auth, reading, files }: Needs) {
  const { desk, book, catalogue, links } = requests
  const choice = makeNoticeChoice(db)
  const calls = makeAnsweredCalls(db)
  const sourceOf = (channel: string, account: string) =>
    channels.all().find((one) => one.definition.name === channel && one.account === account)?.definition.source ?? null
  const events = book ?? { eventsAfter: async () => [], find: async () => null }
  const notify = makeNotify({
    book: events,
    audience: makeAudience(db),
    channels,
    store,
    bell,
    log,
    now,
    link: links.linkOf,
    thanks: VALUES.dismiss,
  })
  const webhooks = makeWebhooks({ db, webhooks: settings.webhooks, book: events, lease: store.lease, log, now, random: Math.random })

  /** The process that tells people looks at once where it is this one; any other one looks within two seconds. */
  let tells = false
  const changed = (): void => {
    if (!tells) return
    void notify.ring()
    void webhooks.ring()
  }
  requests.watch(changed)

  return {
    /** Whether people want to be told of changes, and what they say about it. */
    notices: choice,

    async home(of: IdentityName): Promise<HomeView> {
      const { email } = await identities.standing(of)
      const open = await desk.requestsOf({ identity: of, email }, { open: true, limit: shownAtHome }).catch(() => [])
      return {
        choices: MENU,
        requests: open.map(({ number, subject, status, url }) => ({
          number,
          subject,
          status: statusWords(status),
          ...(url === null ? {} : { url }),
        })),
      }
    },

    async serve(server: FastifyInstance): Promise<void> {
      await server.register(requestApi, {
        desk,
        book,
        catalogue,
        keys: settings.api.keys,
        calls,
        people: { requesterOf: makeRequesters(db, sourceOf), notices: choice.isOn, setNotices: choice.set },
        webhooks,
        links,
        changed: () => undefined,
        auth,
        reading,
        files,
        settings,
        now,
      })
    },

    /** From now on people and other systems are told. The answer ends that. */
    start(): () => Promise<void> {
      tells = true
      const sending = requests.startSending({
        lease: store.lease,
        async filed({ conversation }, summary, key) {
          if (conversation !== null) await notify.say(conversation, `filed:${key}`, (isGroup) => filedNotice(summary, isGroup))
        },
      })
      const stops = [notify.start(), webhooks.start(), sending]
      const forget = (): void =>
        void forgetEdges(db).catch((error: unknown) => log.warn({ step: 'api', error }, 'old answers could not be deleted'))
      const sweep = (): void =>
        void requests
          .sweep()
          .then(changed)
          .catch((error: unknown) => log.warn({ step: 'desk', error }, 'requests could not be swept; the next minute does'))
      const timers = [setInterval(forget, hourMs), setInterval(sweep, minuteMs)]
      return async () => {
        tells = false
        for (const timer of timers) clearInterval(timer)
        await Promise.all(stops.map((stop) => stop()))
      }
    },
  }
}
