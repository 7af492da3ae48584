import type { Json } from '../../channel/index.ts'
import type { ApprovalView, ServiceDesk } from '../../core/service-desk.ts'
import type { Client } from './client.ts'
import { approvalOf, fill, textIn } from './mapping.ts'
import type { RemoteApprovals, RemoteSettings } from './settings.ts'

type Needs = {
  readonly settings: RemoteSettings
  readonly client: Client
  readonly once: (deed: string, key: string, act: () => Promise<Json>, happened: () => Promise<Json>) => Promise<Json>
}
type Decided = Awaited<ReturnType<ServiceDesk['decide']>>

const plainId = /^[\w-]{1,64}$/
const same = (one: string, other: string): boolean => one !== '' && one.toLowerCase() === other.toLowerCase()

/** Approvals in another service desk, each of one approver; none where no place is configured for them. */
export function makeRemoteApprovals({ settings, client, once }: Needs): Pick<ServiceDesk, 'approvalsOf' | 'approval' | 'decide'> {
  const map = settings.approvals

  const waiting = async (there: RemoteApprovals, email: string): Promise<readonly ApprovalView[]> => {
    const path = fill(there.waiting, { value: email })
    const rows = path === null ? [] : await client.list(path)
    return rows
      .filter((row) => same(textIn(row, there.email), email) && !same(textIn(row, there.requesterEmail), email))
      .map((row) => approvalOf(there, row))
      .filter(({ state }) => state === 'pending')
  }
  const read = async (there: RemoteApprovals, id: string) => {
    const row = plainId.test(id) ? await client.one(fill(there.one, { id })!) : null
    return row && textIn(row, there.id) === id ? row : null
  }

  return {
    approvalsOf: async (email) => (map ? waiting(map, email) : []),

    async approval(idOrNumber, email) {
      if (!map) return null
      const listed = (await waiting(map, email)).find(
        ({ id, request }) => id === idOrNumber || same(request.number.replaceAll(/\W/g, ''), idOrNumber.replaceAll(/\W/g, '')),
      )
      if (listed) return listed
      const row = await read(map, idOrNumber)
      return row && same(textIn(row, map.email), email) ? approvalOf(map, row) : null
    },

    async decide(id, by, approved, comment, key) {
      const there = map
      if (!there) return { ok: false, reason: 'not-yours', approval: null }
      const state = Object.entries(there.states).find(([, ours]) => ours === (approved ? 'approved' : 'rejected'))?.[0]
      const act = async (): Promise<Decided> => {
        const row = await read(there, id)
        if (!row || !same(textIn(row, there.email), by.email)) return { ok: false, reason: 'not-yours', approval: null }
        const approval = approvalOf(there, row)
        if (same(textIn(row, there.requesterEmail), by.email)) return { ok: false, reason: 'own-request', approval }
        if (approval.state !== 'pending') return { ok: false, reason: 'already', approval }
        await client.send('PATCH', fill(there.decide, { id })!, { [there.state]: state, ...(comment ? { [there.comment]: comment } : {}) })
        return { ok: true, approval: approvalOf(there, (await read(there, id)) ?? row) }
      }
      /** An earlier try that was not answered may have been taken. */
      const happened = async (): Promise<Decided | null> => {
        const row = await read(there, id)
        if (!row || !same(textIn(row, there.email), by.email) || textIn(row, there.state) !== state) return null
        return { ok: true, approval: approvalOf(there, row) }
      }
      return (await once('decide', key, act as () => Promise<Json>, happened as () => Promise<Json>)) as Decided
    },
  }
}
