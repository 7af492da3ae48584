import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Card } from '../../src/channel/index.ts'
import type { DeskActor } from '../../src/core/service-desk.ts'
import { makeNoticeChoice } from '../../src/service-desk/audience.ts'
import { closeStage, connection, desk, inboxOf, key, notifier, openStage, person, request, told, writes } from './notified.ts'
import { incident, order } from './samples.ts'
import { tess } from './stage.ts'

beforeAll(openStage)
afterAll(closeStage)

/** Somebody whose notice waits for their next word. */
async function unreached(more: Parameters<typeof person>[1] = { hours: 30 }) {
  const ada = await person('whatsapp', more)
  await desk.book.update(await request(ada), { status: 'in-progress' }, tess, key())
  const { ring } = notifier()
  await ring()
  await ring()
  expect(await told(ada.conversation)).toEqual([])
  return { ada, ring }
}
const system: DeskActor = { kind: 'system', id: 'api:monitoring', name: 'monitoring' }

describe('the requester hears, where they came from,', () => {
  test('what technicians do, each once, with a link, and nothing that is not theirs', async () => {
    const ada = await person('line')
    const number = await request(ada)
    const { ring, rung } = notifier()
    await ring()
    expect(await told(ada.conversation)).toEqual([])
    await desk.book.update(number, { priority: 'low', technician: { id: 'tess', name: 'Tess' } }, tess, key())
    await desk.book.update(number, { status: 'in-progress' }, tess, key())
    await desk.book.comment(number, { text: 'a secret among colleagues', internal: true }, tess, key())
    await desk.book.comment(number, { text: 'Is it\nplugged in?', internal: false }, tess, key())
    await desk.book.update(number, { status: 'waiting' }, tess, key())
    await desk.book.update(number, { status: 'resolved', resolution: 'It was muted.' }, tess, key())
    await ring()
    await ring()
    expect(await told(ada.conversation)).toEqual([
      `Tess is working on ${number} (No sound).\nhttps://desk.example/${number}`,
      `Tess wrote about ${number} (No sound): Is it plugged in?\nhttps://desk.example/${number}`,
      `${number} (No sound) is waiting for your answer.\nhttps://desk.example/${number}`,
      `${number} (No sound) is resolved: It was muted.\nhttps://desk.example/${number}`,
    ])
    expect((await inboxOf(ada.conversation)).at(-1)!.content[0]).toMatchObject({
      choices: [
        { label: 'Reopen', value: `reopen:${number}` },
        { label: 'Thanks', value: 'no_thanks' },
      ],
    })
    expect(new Set(rung)).toEqual(new Set([ada.conversation]))
  })

  test('not what they did there themselves, but what they did elsewhere', async () => {
    const ada = await person('line')
    const bob = await person('slack')
    const number = await request(ada)
    await desk.book.link(number, bob.conversation, true, tess)
    await desk.book.update(number, { status: 'resolved', resolution: 'Done.' }, tess, key())
    await desk.desk.reopen(number, { identity: ada.identity, email: null }, 'again', key())
    await notifier().ring()
    expect(await told(ada.conversation)).toEqual([expect.stringContaining('is resolved: Done.')])
    // Another's conversation gets no link that opens the requester's page.
    expect(await told(bob.conversation)).toEqual([`${number} (No sound) is resolved: Done.`, `${number} (No sound) is open again.`])
  })

  test('a request that a technician opened for them', async () => {
    const ada = await person('line')
    const view = await desk.book.open(incident(ada.identity, { subject: 'No sound', conversation: ada.conversation }), tess, key())
    await desk.book.open(incident(ada.identity, { subject: 'Disk full', conversation: ada.conversation }), system, key())
    await notifier().ring()
    expect(await told(ada.conversation)).toEqual([
      `Tess opened a request for you: ${view.number} (No sound).\nhttps://desk.example/${view.number}`,
    ])
  })

  test('nothing any more once they said so, and again when they want to', async () => {
    const ada = await person('line')
    const number = await request(ada)
    const choice = makeNoticeChoice(connection.db)
    const { ring } = notifier()
    await choice.set(ada.identity, false)
    expect(await choice.isOn(ada.identity)).toBe(false)
    await desk.book.update(number, { status: 'in-progress' }, tess, key())
    await ring()
    expect(await told(ada.conversation)).toEqual([])
    await choice.set(ada.identity, true)
    await desk.book.update(number, { status: 'waiting' }, tess, key())
    await ring()
    expect(await told(ada.conversation)).toHaveLength(1)
  })

  test('and only when they write again, where the platform lets us speak no earlier', async () => {
    const { ada, ring } = await unreached()
    await writes(ada.conversation)
    await ring()
    await ring()
    expect(await told(ada.conversation)).toEqual([expect.stringContaining('Tess is working on')])
  })

  test('also where they have blocked us, once they are back', async () => {
    const { ada, ring } = await unreached({ reach: 'blocked' })
    await connection.db.updateTable('conversations').set({ reach: 'reachable' }).where('id', '=', ada.conversation).execute()
    await writes(ada.conversation)
    await ring()
    expect(await told(ada.conversation)).toHaveLength(1)
  })
})

describe('approvers', () => {
  const ask = async (item: string) => {
    const ada = await person('line')
    const opened = await desk.desk.open(order(ada.identity, item, { conversation: ada.conversation }), key())
    if (opened.state !== 'open') throw new Error('kept')
    const view = (await desk.book.find(opened.request.number))!
    return { ada, number: opened.request.number, approval: view.approvals[0]! }
  }

  test('who have not decided are reminded once, by whichever process, unless they want to hear nothing', async () => {
    const lead = await person('slack', { email: 'lead@example.com' })
    const silent = await person('line', { email: 'lead@example.com' })
    const late = await person('whatsapp', { email: 'lead@example.com', hours: 30 })
    await makeNoticeChoice(connection.db).set(silent.identity, false)
    const { number, ada } = await ask('monitor')
    await notifier().ring()
    const before = (await told(lead.conversation)).length
    desk.pass(1.01)
    await Promise.all([desk.sweep.remind(50), desk.sweep.remind(50)])
    const [one, other] = [notifier(), notifier()]
    await Promise.all([one.ring(), other.ring()])
    await one.ring()
    const reminders = (await told(lead.conversation)).slice(before)
    expect(reminders).toEqual([expect.stringContaining(`A reminder: ${number} (`)])
    const [approval] = (await desk.book.find(number))!.approvals
    expect((await inboxOf(lead.conversation)).at(-1)!.content[0]).toMatchObject({ choices: [{ value: `approval:${approval!.id}` }] })
    for (const app of [silent, late]) expect(JSON.stringify(await told(app.conversation))).not.toContain('A reminder')
    for (let days = 0; days < 2; days++) {
      desk.pass(1.01)
      await desk.sweep.remind(50)
    }
    await one.ring()
    expect((await told(lead.conversation)).filter((words) => words.includes(`A reminder: ${number}`))).toHaveLength(2)
    expect((await told(ada.conversation)).at(-1)).toContain(`${number} (Order: monitor) still waits for an approval.`)
    await desk.desk.decide(approval!.id, { email: 'lead@example.com', name: null }, true, null, key())
    await one.ring()
  })

  test('are asked wherever they talk to us alone, and read the result in the same place', async () => {
    const lead = await person('slack', { email: 'Lead@Example.com' })
    const inLine = await person('line', { email: 'lead@example.com' })
    const group = await person('slack', { key: lead.identity.key, room: `group-${lead.identity.key}` })
    const claimed = await person('line')
    await connection.db.updateTable('identities').set({ email: 'lead@example.com' }).where('key', '=', claimed.identity.key).execute()
    const { ring } = notifier()
    const { ada, number, approval } = await ask('laptop')
    await ring()
    await ring()
    for (const to of [lead, inLine]) {
      const [card, ...more] = await inboxOf(to.conversation)
      expect(more).toEqual([])
      expect(card!.key).toBe(`approval:${approval.id}`)
      expect(card!.content[0]).toMatchObject({ type: 'card', title: `${number} · Order: laptop` })
      expect(card!.content[0]).toMatchObject({ text: expect.stringContaining('Asked for by Kim Lee. Priority: high.') })
      // The link to its page speaks for the requester.
      expect(JSON.stringify(card)).not.toContain('https:')
      expect((card!.content[0] as Card).choices!.map(({ value }) => value)).toEqual([
        `approve:${approval.id}`,
        `reject:${approval.id}`,
        `approval:${approval.id}`,
      ])
    }
    expect(await told(group.conversation)).toEqual([])
    expect(await told(claimed.conversation)).toEqual([])

    await desk.desk.decide(approval.id, { email: 'lead@example.com', name: 'Lea' }, true, 'go ahead', key())
    await ring()
    await ring()
    const result = (await inboxOf(lead.conversation)).at(-1)!
    expect(result.key).toBe(`approval:${approval.id}`)
    expect(result.content[0]).toMatchObject({ title: `Approved: ${number}` })
    expect((result.content[0] as Card).choices).toBeUndefined()
    // Where a message can't be changed, whoever decided has read it in their answer.
    expect(await told(inLine.conversation)).toHaveLength(1)
    expect(await told(ada.conversation)).toEqual([expect.stringContaining('is approved. “go ahead”')])
  })

  test('a rejection is told once, with its reason', async () => {
    const { ada, number, approval } = await ask('laptop')
    await desk.desk.decide(approval.id, { email: 'lead@example.com', name: 'Lea' }, false, 'too dear', key())
    await notifier().ring()
    expect(await told(ada.conversation)).toEqual([expect.stringMatching(new RegExp(`^${number} .* was not approved. “too dear”`))])
  })
})

describe('whatever happens in between', () => {
  test('whoever was asked is asked no more, and reads the result once, however late something else happens', async () => {
    const lead = await person('line', { email: 'once@example.com' })
    const ada = await person('line')
    const opened = await desk.desk.open(order(ada.identity, 'monitor', { conversation: ada.conversation }), key())
    if (opened.state !== 'open') throw new Error('kept')
    const { number } = opened.request
    const [step] = (await desk.book.find(number))!.approvals
    await sql`update approvals set approvers = '{once@example.com,other@example.com}' where id = ${step!.id}`.execute(connection.db)
    const { ring } = notifier()
    await ring()
    expect(await told(lead.conversation)).toHaveLength(1)
    const later = async () => {
      await sql`delete from inbox where conversation = ${lead.conversation}`.execute(connection.db)
      await desk.book.comment(number, { text: 'a note', internal: true }, tess, key())
      await ring()
    }
    await later()
    expect(await told(lead.conversation)).toEqual([])
    await desk.desk.decide(step!.id, { email: 'other@example.com', name: 'Otto' }, true, null, key())
    await ring()
    expect(await told(lead.conversation)).toEqual([expect.stringContaining(`Approved: ${number}`)])
    await later()
    expect(await told(lead.conversation)).toEqual([])
  })

  test('whoever asked for it is not asked to approve it, whenever they prove to be the approver', async () => {
    const lead = await person('line', { email: 'lead@example.com' })
    await connection.db.updateTable('identities').set({ email_vouched: false }).where('key', '=', lead.identity.key).execute()
    await desk.desk.open(order(lead.identity, 'monitor', { conversation: lead.conversation }), key())
    await connection.db.updateTable('identities').set({ email_vouched: true }).where('key', '=', lead.identity.key).execute()
    await notifier().ring()
    expect(await told(lead.conversation)).toEqual([])
    await connection.db.updateTable('identities').set({ email_vouched: false }).where('key', '=', lead.identity.key).execute()
  })

  test('what can’t be told to some, who have written, keeps nobody else waiting', async () => {
    const { ada, ring } = await unreached()
    await sql`
      with gone as (
        insert into conversations (channel, account, key, person, last_heard_at)
        select 'gone', 'main', 'gone-' || n, null, now() + interval '1 minute' from generate_series(1, 120) n returning id)
      insert into notices_kept (conversation, key, happening, at) select id, 'k', '{"kind": "told", "content": []}', now() - interval '9 days' from gone`.execute(
      connection.db,
    )
    await writes(ada.conversation)
    await ring()
    await ring()
    expect(await told(ada.conversation)).toHaveLength(1)
  })

  test('what was kept is dropped where its person wants no notices any more', async () => {
    const { ada, ring } = await unreached()
    await makeNoticeChoice(connection.db).set(ada.identity, false)
    await writes(ada.conversation)
    await ring()
    await makeNoticeChoice(connection.db).set(ada.identity, true)
    await ring()
    expect(await told(ada.conversation)).toEqual([])
  })

  test('several processes tell it once, and one that failed in the middle goes on', async () => {
    const ada = await person('line')
    const number = await request(ada)
    await notifier().ring()
    let fails = 2
    const flaky = notifier({
      eventsAfter: desk.book.eventsAfter,
      find: async (wanted) => {
        if (--fails >= 0) throw new Error('away')
        return desk.book.find(wanted)
      },
    })
    await desk.book.update(number, { status: 'in-progress' }, tess, key())
    await flaky.ring()
    await flaky.ring()
    expect(await told(ada.conversation)).toEqual([])
    await Promise.all([flaky.ring(), notifier().ring(), notifier().ring()])
    expect(await told(ada.conversation)).toHaveLength(1)
  })

  test('an event that can never be told holds nobody up for ever', async () => {
    const ada = await person('line')
    const number = await request(ada)
    const bad = await request(await person('line'))
    const { ring } = notifier({
      eventsAfter: desk.book.eventsAfter,
      find: async (wanted) => {
        if (wanted === bad) throw new Error('poison')
        return desk.book.find(wanted)
      },
    })
    await desk.book.update(number, { status: 'in-progress' }, tess, key())
    for (let round = 0; round < 6; round++) await ring()
    expect(await told(ada.conversation)).toHaveLength(1)
  })
})
