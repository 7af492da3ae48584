import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FileId } from '../../src/channel/index.ts'
import type { NewRequest } from '../../src/core/service-desk.ts'
import type { Connection } from '../../src/store/connect.ts'
import { serviceDeskContract } from './contract.ts'
import { approvalsContract } from './contract-approvals.ts'
import { by, incident, key, newcomer, opened, order } from './samples.ts'
import { databases, dropPostgres, stage, tess, underTest } from './stage.ts'

afterAll(dropPostgres)

for (const { kind, available, open: connectTo } of databases)
  describe.runIf(available)(kind, () => {
    let connection: Connection
    let on: Awaited<ReturnType<typeof stage>>
    beforeAll(async () => {
      connection = await connectTo()
      on = await stage(connection)
    })
    afterAll(() => connection?.close())

    serviceDeskContract('the built-in service desk', async () => underTest(on))
    approvalsContract(() => on.desk)

    const open = async (request: NewRequest) => opened(await on.desk.open(request, key()))
    const said = (text: string, files: readonly FileId[]) => ({ text, by: 'Kim Lee', files, source: 'Telegram' })

    test('nobody approves what they asked for as a guest, once they have proven to be the approver', async () => {
      const [kim, alsoKim] = [newcomer(), newcomer()]
      const person = await on.db.insertInto('people').values({ name: 'Kim Lee', email: null }).returning('id').executeTakeFirstOrThrow()
      const known = { person: person.id, name: null, email: null, email_vouched: false, language: null, picture: null }
      await on.db
        .insertInto('identities')
        .values([kim, alsoKim].map((one) => ({ ...known, ...one })))
        .execute()
      for (const who of [kim, alsoKim]) {
        const { number } = await open(order(who, 'monitor'))
        const [step] = (await on.desk.request(number, by(who)))!.approvals
        await sql`update identities set proven_email = 'lead@example.com' where key = ${kim.key}`.execute(on.db)
        expect((await on.desk.approvalsOf('lead@example.com')).some(({ request }) => request.number === number)).toBe(false)
        expect(await on.desk.decide(step!.id, { email: 'lead@example.com', name: 'Kim Lee' }, true, null, key())).toMatchObject({
          ok: false,
          reason: 'own-request',
        })
        expect(await on.desk.request(number, by(who))).toMatchObject({ status: 'approval' })
      }
      await sql`update identities set proven_email = null where key = ${kim.key}`.execute(on.db)
    })

    describe('of a request in the built-in desk', () => {
      test('an incident gives its number, and everything that was said', async () => {
        const kim = newcomer()
        const file = await on.file('screen.png')
        const request = await open(incident(kim, { files: [file] }))
        expect(request).toMatchObject({ type: 'incident', subject: 'Laptop does not start', status: 'open', priority: 'high' })
        expect(request.number).toMatch(/^INC-\d+$/)
        const view = await on.desk.request(request.number, by(kim))
        expect(view).toMatchObject({
          ...request,
          description: 'The screen stays black after the update.',
          category: 'hardware',
          item: null,
          requester: { identity: kim, name: 'Kim Lee', email: null },
          source: 'Telegram',
          technician: null,
          resolvedAt: null,
          comments: [],
          approvals: [],
          files: [{ id: file, name: 'screen.png' }],
          conversations: [{ conversation: `conversation-${kim.key}`, chat: 'chat-1' }],
        })
      })

      test('a service request shows the answers by their labels', async () => {
        const kim = newcomer()
        const { number } = await open(
          order(kim, 'software-installation', { fields: { program: 'Figma', by: '2027-01-31' }, priority: 'low' }),
        )
        expect(number).toMatch(/^SR-\d+$/)
        expect(await on.desk.request(number, by(kim))).toMatchObject({
          status: 'open',
          item: { id: 'software-installation', title: 'Software installation' },
          fields: [
            { name: 'program', label: 'Program', value: 'Figma' },
            { name: 'by', label: 'Needed by', value: '2027-01-31' },
          ],
        })
      })

      test.each([
        ['a zero character', 'be\0fore'],
        ['half a letter', 'be\ud83dfore'],
        ['quotes and backslashes', `it's "c:\\users\\u0000"`],
        ['emoji and other scripts', '🖥️ ноутбук 笔记本'],
        ['nothing', ''],
      ])('takes a description of %s', async (_, description) => {
        const kim = newcomer()
        const { number } = await open(incident(kim, { description }))
        const view = await on.desk.request(number, by(kim))
        expect(view!.description.replaceAll('\ufffd', '')).toBe(description.replaceAll(/\0|\ud83d(?![\udc00-\udfff])/g, ''))
      })
      test('shows answers of technicians, and never their notes', async () => {
        const kim = newcomer()
        const { number } = await open(incident(kim))
        await on.book.comment(number, { text: 'He broke it himself.', internal: true }, tess, key())
        await on.book.comment(number, { text: 'We bring you another one.', internal: false }, tess, key())
        const view = await on.desk.request(number, by(kim))
        expect(view!.comments.map(({ text, internal, by: { kind } }) => [text, internal, kind])).toEqual([
          ['We bring you another one.', false, 'technician'],
        ])
        expect(JSON.stringify(view)).not.toContain('himself')
      })
      test('adds what is said and its files, once for a key', async () => {
        const kim = newcomer()
        const { number } = await open(incident(kim))
        const file = await on.file('log.txt')
        const one = key()
        const [first, again] = await Promise.all([
          on.desk.comment(number, by(kim), said('It beeps, too.', [file]), one),
          on.desk.comment(number, by(kim), said('It beeps, too.', [file]), one),
        ])
        expect(first).toMatchObject({ ok: true, request: { number } })
        expect(again).toEqual(first)
        const view = await on.desk.request(number, by(kim))
        expect(view!.comments).toMatchObject([{ text: 'It beeps, too.', by: { kind: 'person', name: 'Kim Lee' }, internal: false }])
        expect(view!.files).toMatchObject([{ id: file, name: 'log.txt' }])
      })

      test('a file that is there already is not added again', async () => {
        const kim = newcomer()
        const file = await on.file('once.png')
        const { number } = await open(incident(kim, { files: [file, file] }))
        await on.book.attach(number, [file, 'no-id' as FileId, '00000000-0000-4000-8000-000000000000' as FileId], tess)
        expect((await on.book.find(number))!.files).toMatchObject([{ id: file }])
        expect((await on.book.timeline(number))!.map((event) => event.kind)).toEqual(['opened'])
      })

      test('what its description alone says makes it similar, too', async () => {
        const kim = newcomer()
        const { number } = await open(
          incident(kim, { subject: 'Printer on the third floor jams', description: 'Paper gets stuck in tray two.' }),
        )
        expect((await on.desk.similar(by(kim), 'paper is stuck in the printer', 3))[0]?.number).toBe(number)
      })
    })
  })
