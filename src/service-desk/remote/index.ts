import { type Kysely, sql } from 'kysely'
import type { Json } from '../../channel/index.ts'
import {
  type Changed,
  isOver,
  REOPEN_DAYS,
  type Reader,
  type RequestComment,
  type RequestSummary,
  type RequestType,
  type RequestView,
  type ServiceDesk,
} from '../../core/service-desk.ts'
import { alike } from '../similar.ts'
import { makeRemoteApprovals } from './approvals.ts'
import type { Client, Row } from './client.ts'
import { makeDeeds } from './deeds.ts'
import { fill, identityOf, isTheirs, numberFor, requestsOf, summaryOf, textIn, timeIn } from './mapping.ts'
import type { RemoteOutbox } from './outbox.ts'
import type { RemoteSettings } from './settings.ts'

type Needs = {
  readonly db: Kysely<any>
  readonly settings: RemoteSettings
  readonly client: Client
  readonly outbox: RemoteOutbox
  readonly now: () => Date
  readonly filesOf: (ids: readonly string[]) => Promise<readonly string[]>
}
type Found = { readonly row: Row; readonly type: RequestType; readonly summary: RequestSummary }

const TYPES = ['incident', 'service-request'] as const
const DAY = 86_400_000
const compared = 50

/** Requests in another service desk, over REST. Everything but `open` throws `DeskAway` where it does not answer. */
export function makeRemoteDesk(needs: Needs): ServiceDesk {
  const { settings, client, outbox, now, filesOf } = needs
  const once = makeDeeds(needs.db, now)

  const found = (type: RequestType, row: Row): Found => ({ row, type, summary: summaryOf(settings, type, requestsOf(settings, type), row) })

  async function find(number: string, reader: Reader): Promise<Found | null> {
    const asked = TYPES.flatMap((type) => {
      const there = requestsOf(settings, type)
      const wanted = numberFor(there, number)
      const path = wanted === null ? null : fill(there.byNumber, { value: wanted })
      return path === null ? [] : [{ type, there, wanted, path }]
    })
    const answers = await Promise.all(
      asked.map(async ({ type, there, wanted, path }) => {
        const row = (await client.list(path)).find((one) => textIn(one, there.fields.number) === wanted && isTheirs(there, one, reader))
        return row ? found(type, row) : null
      }),
    )
    return answers.find((one) => one !== null) ?? null
  }

  async function requestsOfReader(reader: Reader, limit: number): Promise<readonly Found[]> {
    const { identity, email } = reader
    const lists = await Promise.all(
      TYPES.flatMap((type) => {
        const there = requestsOf(settings, type)
        const paths = [
          identity === null ? null : fill(there.byIdentity, { value: identityOf(identity), limit }),
          email === null ? null : fill(there.byEmail, { value: email, limit }),
        ]
        return paths.flatMap((path) =>
          path === null
            ? []
            : [client.list(path).then((rows) => rows.filter((row) => isTheirs(there, row, reader)).map((row) => found(type, row)))],
        )
      }),
    )
    const all = new Map(lists.flat().map((one) => [one.summary.number, one]))
    return [...all.values()].sort(
      (one, other) => other.summary.openedAt.localeCompare(one.summary.openedAt) || other.summary.number.localeCompare(one.summary.number),
    )
  }

  async function commentsOf(id: string): Promise<readonly RequestComment[]> {
    const { comments } = settings
    const path = comments && fill(comments.list, { id })
    if (!comments || !path) return []
    return (await client.list(path)).map((row) => {
      const text = textIn(row, comments.text)
      const ours = textIn(row, comments.by) === settings.auth.user || settings.auth.user === undefined ? fromPerson.exec(text) : null
      const at = timeIn(row, comments.at) ?? new Date(0).toISOString()
      return ours
        ? { at, by: { kind: 'person', name: ours[1]! }, text: ours[3]!, internal: false }
        : { at, by: { kind: 'technician', name: textIn(row, comments.by) }, text, internal: false }
    })
  }

  async function viewOf({ row, type, summary }: Found): Promise<RequestView> {
    const { fields } = requestsOf(settings, type)
    const kept = await outbox.conversationOf(summary.number)
    const resolved = summary.status === 'resolved' || summary.status === 'closed'
    return {
      ...summary,
      description: textIn(row, fields.description),
      category: kept?.category ?? null,
      item: null,
      fields: [],
      requester: kept?.requester ?? { identity: null, name: null, email: textIn(row, fields.email) || null },
      source: kept?.source ?? 'Service desk',
      technician: null,
      team: null,
      respondBy: null,
      resolveBy: null,
      resolvedAt: resolved ? timeIn(row, fields.resolvedAt) : null,
      resolution: resolved ? textIn(row, fields.resolution) || null : null,
      approvals: [],
      comments: await commentsOf(textIn(row, fields.id)),
      files: [],
      conversations: kept?.conversation ? [{ conversation: kept.conversation, chat: kept.chat }] : [],
    }
  }

  async function write({ row, type }: Found, body: Row): Promise<RequestSummary> {
    const there = requestsOf(settings, type)
    const answer = await client.send('PATCH', fill(there.update, { id: textIn(row, there.fields.id) })!, body)
    return summaryOf(settings, type, there, answer)
  }

  /** Finds it if it is theirs, does the deed or says why not; once for its key. `isDone` tells whether an earlier try has reached them after all. */
  const deed = async (
    name: string,
    number: string,
    reader: Reader,
    key: string,
    refuse: (one: Found) => Exclude<Extract<Changed, { ok: false }>['reason'], 'unknown'> | undefined,
    body: (one: Found) => Promise<Row>,
    isDone: (one: Found) => Promise<boolean>,
  ): Promise<Changed> => {
    const act = async (): Promise<Changed> => {
      const one = await find(number, reader)
      if (!one) return { ok: false, reason: 'unknown', request: null }
      const reason = refuse(one)
      if (reason !== undefined) return { ok: false, reason, request: one.summary }
      return { ok: true, request: await write(one, await body(one)) }
    }
    const happened = async (): Promise<Changed | null> => {
      const one = await find(number, reader)
      return one && (await isDone(one)) ? { ok: true, request: one.summary } : null
    }
    return (await once(name, key, act as () => Promise<Json>, happened as () => Promise<Json>)) as Changed
  }

  return {
    ...makeRemoteApprovals({ settings, client, once }),

    async open(request, key) {
      const summary = await outbox.open(request, key)
      return summary ? { state: 'open', request: summary } : { state: 'kept' }
    },

    async requestsOf(reader, { open, limit }) {
      const all = await requestsOfReader(reader, Math.min(100, open ? Math.max(limit, compared) : limit))
      return all
        .map(({ summary }) => summary)
        .filter(({ status }) => !open || !isOver(status))
        .slice(0, limit)
    },

    async request(number, reader) {
      const one = await find(number, reader)
      return one && viewOf(one)
    },

    async similar(reader, words, limit) {
      const all = (await requestsOfReader(reader, compared)).map(({ summary }) => summary).filter(({ status }) => !isOver(status))
      const { rows } = await sql<{ asked: string[]; subjects: string[][] }>`
        select tsvector_to_array(to_tsvector('english', ${words.slice(0, 4_000).replaceAll('\0', ' ')}::text)) as asked,
          (select coalesce(json_agg(tsvector_to_array(to_tsvector('english', s.subject)) order by s.place), '[]')
            from json_array_elements_text(${JSON.stringify(all.map(({ subject }) => subject))}::json) with ordinality as s(subject, place)) as subjects`.execute(
        needs.db,
      )
      const { asked, subjects } = rows[0]!
      return all
        .map((request, index) => ({ request, score: alike(asked, subjects[index]!, []) }))
        .filter(({ score }) => score > 0)
        .sort((one, other) => other.score - one.score)
        .slice(0, limit)
        .map(({ request }) => request)
    },

    async comment(number, reader, said, key) {
      const files = await filesOf(said.files)
      const text = [said.text, files.length === 0 ? '' : `Files:\n${files.join('\n')}`].filter(Boolean).join('\n\n')
      const written = `${said.by.replaceAll('\n', ' ')} wrote by ${said.source}:\n\n${text}`
      return deed(
        'comment',
        number,
        reader,
        key,
        ({ summary }) => (isOver(summary.status) ? 'over' : undefined),
        async ({ type }) => ({ [requestsOf(settings, type).fields.comment]: written }),
        async ({ row, type }) => (await commentsOf(textIn(row, requestsOf(settings, type).fields.id))).some((one) => one.text === text),
      )
    },

    reopen: (number, reader, why, key) =>
      deed(
        'reopen',
        number,
        reader,
        key,
        ({ row, type, summary }) => {
          if (summary.status === 'closed') return 'too-late'
          if (summary.status !== 'resolved') return 'not-resolved'
          const at = timeIn(row, requestsOf(settings, type).fields.resolvedAt) ?? summary.changedAt
          return now().getTime() - Date.parse(at) > REOPEN_DAYS * DAY ? 'too-late' : undefined
        },
        async ({ type }) => {
          const there = requestsOf(settings, type)
          return {
            ...there.reopen,
            ...(why.trim() === '' ? {} : { [there.fields.comment]: `The requester wrote by Switchboard:\n\n${why}` }),
          }
        },
        async ({ summary }) => !isOver(summary.status),
      ),

    cancel: (number, reader, key) =>
      deed(
        'cancel',
        number,
        reader,
        key,
        ({ summary }) => (isOver(summary.status) ? 'over' : undefined),
        async ({ type }) => requestsOf(settings, type).cancel,
        async ({ summary }) => summary.status === 'cancelled',
      ),
  }
}

/** How the hub writes down whose words a comment are. */
const fromPerson = /^(.{1,200}) wrote by (.{1,100}):\n\n([\s\S]*)$/
