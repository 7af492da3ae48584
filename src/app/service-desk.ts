import type { Kysely } from 'kysely'
import type { Logger } from 'pino'
import type { Settings } from '../../config/schema.ts'
import type { Catalogue, RequestBook, ServiceDesk } from '../core/service-desk.ts'
import { makeRequestLinks, type RequestLinks } from '../http/request-link.ts'
import { loadCatalogue, sampleApprovers } from '../service-desk/catalogue.ts'
import { makeServiceDesk } from '../service-desk/index.ts'
import { makeClient } from '../service-desk/remote/client.ts'
import { makeRemoteDesk } from '../service-desk/remote/index.ts'
import { makeRemoteOutbox, type OutboxNeeds } from '../service-desk/remote/outbox.ts'
import { makeDeskSweep } from '../service-desk/sweep.ts'
import type { FileStore } from '../store/file-store.ts'

type Needs = {
  readonly db: Kysely<any>
  readonly settings: Settings
  readonly secret: string
  readonly publicUrl: () => string
  readonly now: () => Date
  readonly log: Logger
  readonly files: Pick<FileStore, 'find' | 'link'>
}

/** The requests and everything around them, ready to use. `book` is null where another service desk keeps them. */
export type Desk = {
  readonly desk: ServiceDesk
  readonly book: RequestBook | null
  readonly catalogue: Catalogue
  readonly links: RequestLinks
  /** Calls back after every change that is made in this process. */
  watch(changed: () => void): void
  /** What time does to requests: targets that are missed, solved ones that are closed. Bounded; to be called every minute. */
  sweep(): Promise<void>
  /** Sends what another service desk could not take at once, until the answer is called. `filed` tells its person; it may be called twice. */
  startSending(of: Pick<OutboxNeeds, 'lease' | 'filed'>): () => Promise<void>
}

const sweptAtOnce = 200
/** A technician of another service desk reads files by links of the hub, for so many seconds. */
const fileLinkSeconds = 90 * 86_400

/** Throws what is wrong in the catalogue's file. */
export async function openServiceDesk(needs: Needs): Promise<Desk> {
  const catalogue = await loadCatalogue(needs.settings.content.catalogue)
  const links = makeRequestLinks(needs)
  const { settings, log } = needs
  const { remote } = settings.serviceDesk
  const samples = remote || settings.playground ? [] : sampleApprovers(catalogue)
  if (samples.length > 0)
    log.warn(
      { step: 'catalogue', approvers: samples.length, catalogue: settings.content.catalogue },
      `${samples[0]} and others like it are sample addresses: nobody can approve what needs them. Put in your own approvers (docs/service-desk.md)`,
    )
  return remote ? openRemote(needs, remote, { catalogue, links }) : openBuiltin(needs, { catalogue, links })
}

type Common = Pick<Desk, 'catalogue' | 'links'>

function openBuiltin({ db, settings, now }: Needs, { catalogue, links }: Common): Desk {
  const { targets, approvals } = settings.serviceDesk
  const { desk, book } = makeServiceDesk({ db, now, catalogue, linkOf: links.linkOf, targets, hours: settings.businessHours })
  const { sweep } = makeDeskSweep({
    db,
    now,
    hours: settings.businessHours,
    reminders: { days: approvals.remindAfterDays, most: approvals.reminders },
  })
  const { telling, watch } = makeWatch()
  return {
    desk: tellingDesk(desk, telling),
    book: {
      ...book,
      open: telling(book.open),
      update: telling(book.update),
      comment: telling(book.comment),
      link: telling(book.link),
      attach: telling(book.attach),
    },
    catalogue,
    links,
    watch,
    async sweep() {
      await sweep(sweptAtOnce)
    },
    startSending: () => async () => undefined,
  }
}

function openRemote({ db, now, log, files }: Needs, remote: NonNullable<Settings['serviceDesk']['remote']>, common: Common): Desk {
  const client = makeClient(remote)
  const filesOf = async (ids: readonly string[]): Promise<readonly string[]> =>
    (await files.find(ids)).map(({ id, name }) => files.link(id, fileLinkSeconds, name))
  const outbox = makeRemoteOutbox({ db, client, settings: remote, now, log, filesOf })
  const { telling, watch } = makeWatch()
  return {
    desk: tellingDesk(makeRemoteDesk({ db, settings: remote, client, outbox, now, filesOf }), telling),
    book: null,
    ...common,
    watch,
    sweep: outbox.forget,
    startSending: outbox.start,
  }
}

type Telling = <Given extends readonly unknown[], Answer>(
  work: (...given: Given) => Promise<Answer>,
) => (...given: Given) => Promise<Answer>

function makeWatch(): { readonly telling: Telling; watch(changed: () => void): void } {
  const watchers: (() => void)[] = []
  return {
    telling:
      (work) =>
      async (...given) => {
        const answer = await work(...given)
        for (const changed of watchers) changed()
        return answer
      },
    watch(changed) {
      watchers.push(changed)
    },
  }
}

const tellingDesk = (desk: ServiceDesk, telling: Telling): ServiceDesk => ({
  ...desk,
  open: telling(desk.open),
  comment: telling(desk.comment),
  reopen: telling(desk.reopen),
  cancel: telling(desk.cancel),
  decide: telling(desk.decide),
})
