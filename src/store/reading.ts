import type { AccountId, ChannelName } from '../channel/index.ts'
import { windowHint } from '../core/window.ts'
import type { Channels } from '../pipeline/ports.ts'
import { readAccounts } from './accounts.ts'
import { type AuditEntry, readAudit, writeAudit } from './audit.ts'
import { type PartName, readDeadLetters, sendAgain } from './dead-letters.ts'
import { addressOf, readConversation, readDesk, readJourney, readSummary } from './desk.ts'
import { findFiles } from './files.ts'
import { type HistoryFilter, personOf, readHistory } from './history.ts'
import { quarantined, readQuarantine, releaseQuarantined } from './quarantine.ts'
import { setPresence, type Technician } from './technicians.ts'
import type { ViewDeps } from './views.ts'

/** What the HTTP API reads, and the little that it writes by itself; everything else goes through conversations' inboxes. */
export function makeReading({ db, files, channels, now }: ViewDeps & { readonly channels: Channels; readonly now: () => Date }) {
  const titles = new Map(channels.all().map(({ definition }) => [definition.name, definition.title]))
  const window = (channel: string, account: string, lastHeardAt: string | null) => {
    const can = channels.get(channel, account as AccountId)?.can
    return can ? windowHint(can, lastHeardAt, now().toISOString()) : ({ state: 'always' } as const)
  }
  const deps = { db, files, title: (channel: string) => titles.get(channel) ?? channel, window }
  return {
    desk: (technician: string) => readDesk(deps, technician),
    summary: (conversation: string) => readSummary(deps, conversation),
    conversation: (id: string, before?: number) => readConversation(deps, id, before),
    address: (conversation: string) => addressOf(deps, conversation),
    journey: (conversation: string, number: number) => readJourney(deps, conversation, number),
    presence: (technician: string, presence: Technician['presence']) => setPresence(db, technician, presence, now()),
    findFiles: (ids: readonly string[]) => findFiles(db, ids),
    history: (filter: HistoryFilter) => readHistory(deps, filter),
    person: (channel: ChannelName, account: AccountId, key: string) => personOf(db, channel, account, key),
    accounts: () => readAccounts(db, channels),
    quarantine: (before: string | undefined, limit: number) => readQuarantine(db, before, limit),
    quarantined: (id: string) => quarantined(db, id),
    releaseQuarantined: (id: string) => releaseQuarantined(db, id),
    deadLetters: (before: PartName | undefined, limit: number) => readDeadLetters(deps, before, limit),
    sendAgain: (part: PartName) => sendAgain(db, part),
    audit: (before: number | undefined, limit: number) => readAudit(db, before, limit),
    note: (entry: AuditEntry) => writeAudit(db, entry),
  }
}
