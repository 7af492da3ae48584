import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Kysely } from 'kysely'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { changedLetter, codeLetter } from '../../src/directory/letters.ts'
import { makeSmtp } from '../../src/directory/smtp.ts'
import type { Connection } from '../../src/store/connect.ts'
import { freePort } from '../support/free-port.ts'
import { openMemory } from '../support/template.ts'
import { openPeople, type People, who } from './desk.ts'

type Got = { readonly to: readonly string[]; readonly raw: string }

/** A mail server on this machine. `refuse` says what it has against a mail, by the recipient. */
async function startServer(
  refuse: (to: string) => { readonly code: number; readonly text: string } | undefined,
  options: SMTPServerOptions = {},
) {
  const got: Got[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    ...options,
    onRcptTo(address, _session, done) {
      const refused = refuse(address.address)
      done(refused ? Object.assign(new Error(refused.text), { responseCode: refused.code }) : null)
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        got.push({ to: session.envelope.rcptTo.map(({ address }) => address), raw: Buffer.concat(chunks).toString() })
        done()
      })
    },
  })
  server.on('error', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const { port } = server.server.address() as AddressInfo
  return { got, port, url: `smtp://127.0.0.1:${port}`, close: () => new Promise<void>((resolve) => server.close(() => resolve())) }
}

let on: Connection
beforeAll(async () => {
  on = await openMemory()
})
afterAll(() => on?.close())

const ends: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
  for (const table of ['codes', 'code_tries', 'mails', 'identities', 'people'] as const)
    await (on.db as Kysely<any>).deleteFrom(table).execute()
})
async function open(
  refuse: Parameters<typeof startServer>[0] = () => undefined,
  options: SMTPServerOptions = {},
  from = 'Support <desk@example.org>',
) {
  const server = await startServer(refuse, options)
  ends.push(server.close)
  const people = await openPeople({ on, way: { by: 'post', post: makeSmtp({ url: server.url, from }) } })
  ends.push(people.close)
  return { server, people }
}
const ask = (people: People, email: string, key = 'k', of = 'ada') => people.identities.sendCode(who(of), email, 'link', key)
const states = async (people: People) =>
  (await people.db.selectFrom('mails').select(['state', 'attempts', 'failure', 'sealed']).orderBy('id').execute()).map(
    ({ sealed, ...row }) => ({
      ...row,
      kept: sealed !== null,
    }),
  )
const decoded = (raw: string): string =>
  raw.replaceAll(/=\r\n/g, '').replaceAll(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))

describe('a mail', () => {
  test('leaves as text and as HTML, and its letter is gone from the database afterwards', async () => {
    const { server, people } = await open()
    await ask(people, 'ada@example.com')
    await people.postman.look()
    const [mail] = server.got
    expect(mail!.to).toEqual(['ada@example.com'])
    const code = /^Subject: (\d{6}) is your code for Test desk/m.exec(mail!.raw)?.[1]
    expect(decoded(mail!.raw).split(code!)).toHaveLength(4)
    expect(mail!.raw).toMatch(/^From: Support <desk@example.org>$/m)
    expect(mail!.raw).toMatch(/^Auto-Submitted: auto-generated$/m)
    expect(mail!.raw).toMatch(/^Message-ID: <switchboard\.\d+\.[0-9a-z]+@example\.org>$/im)
    expect(mail!.raw).toMatch(/text\/plain[\s\S]+text\/html/)
    expect(await states(people)).toEqual([{ state: 'sent', attempts: 1, failure: null, kept: false }])
    expect(await people.identities.tryCode(who('ada'), code!, 't')).toMatchObject({ ok: true })
  })

  test('is tried again where the server is not there, until the code is of no use', async () => {
    const people = await openPeople({
      on,
      way: { by: 'post', post: makeSmtp({ url: `smtp://127.0.0.1:${await freePort()}`, from: 'desk@example.org' }) },
    })
    ends.push(people.close)
    await ask(people, 'ada@example.com')
    for (const attempts of [1, 2, 3]) {
      await people.postman.look()
      expect(await states(people)).toEqual([{ state: 'due', attempts, failure: expect.stringMatching(/ECONN|ESOCKET/), kept: true }])
      people.later(1)
    }
    people.later(10)
    await people.postman.look()
    expect(await states(people)).toEqual([{ state: 'failed', attempts: 4, failure: 'late', kept: false }])
  })

  test('that is put off (greylisting, 451) arrives by the next try, once', async () => {
    let tries = 0
    const { server, people } = await open(() => (++tries === 1 ? { code: 451, text: 'come back in a minute' } : undefined))
    await ask(people, 'ada@example.com')
    await people.postman.look()
    await people.postman.look()
    expect(server.got).toHaveLength(0)
    people.later(1)
    await people.postman.look()
    await people.postman.look()
    expect(server.got).toHaveLength(1)
    expect(await states(people)).toEqual([{ state: 'sent', attempts: 2, failure: null, kept: false }])
  })

  test('to somebody whom the server refuses is given up, and neither the caller nor the log is told more', async () => {
    const { server, people } = await open((to) => (to.startsWith('gone') ? { code: 550, text: `no such user ${to}` } : undefined))
    expect(await ask(people, 'gone@example.com', '1', 'eve')).toEqual({ ok: true, minutes: 10 })
    expect(await ask(people, 'ada@example.com', '2')).toEqual({ ok: true, minutes: 10 })
    await people.postman.look()
    expect(server.got.map(({ to }) => to)).toEqual([['ada@example.com']])
    expect(await states(people)).toMatchObject([{ state: 'failed', failure: 'EENVELOPE 550', kept: false }, { state: 'sent' }])
    expect(people.logged.join('\n')).not.toMatch(/gone@|ada@|\d{6}/)
  })

  test('waits where the server refuses our own credentials, which somebody may put right', async () => {
    const { server, people } = await open(undefined, {
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: (_auth, _session, done) => done(new Error('no')),
    })
    await people.close()
    ends.pop()
    const url = server.url.replace('smtp://', 'smtp://hub:wrong-password@')
    const again = await openPeople({ on, way: { by: 'post', post: makeSmtp({ url, from: 'desk@example.org' }) } })
    ends.push(again.close)
    await ask(again, 'ada@example.com')
    await again.postman.look()
    expect(await states(again)).toMatchObject([{ state: 'due', failure: expect.stringContaining('EAUTH') }])
    expect(again.logged.join('\n')).not.toContain('wrong-password')
    const checked = await makeSmtp({ url, from: 'desk@example.org' }).check()
    expect(checked).toMatchObject({ ok: false, detail: expect.stringContaining('EAUTH') })
    expect(checked.detail).not.toContain('wrong-password')
  })

  test('is sent by one of several processes', async () => {
    const { server, people } = await open()
    for (let n = 0; n < 12; n++) await ask(people, `p${n}@example.com`, 'k', `p${n}`)
    await Promise.all([people.postman.look(), people.postman.look(), people.outbox.claim(3)])
    people.later(3)
    await people.postman.look()
    expect(server.got.map(({ to }) => to[0]).toSorted()).toEqual(Array.from({ length: 12 }, (_, n) => `p${n}@example.com`).toSorted())
  })

  test('leaves by itself as soon as it is put there', async () => {
    const { server, people } = await open()
    people.postman.start()
    await ask(people, 'ada@example.com')
    await expect.poll(() => server.got.length).toBe(1)
  })
})

describe('what a mail says', () => {
  const nasty = 'Acme\r\nBcc: everybody@example.com <b>"desk"</b>'
  test('keeps names on one line and shows their signs as they are', async () => {
    for (const letter of [codeLetter(nasty, 'link', '123456', 10), changedLetter(nasty, '<script>alert(1)</script>\r\nX: y')]) {
      expect(letter.subject).not.toMatch(/[\r\n]/)
      expect(letter.html).not.toMatch(/<b>|<script/)
      expect(letter.html).toContain('&lt;b&gt;')
      expect(letter.text).toContain(nasty.replace('\r\n', ' '))
    }
  })

  test('adds no recipient and no header, whatever the desk is called', async () => {
    const { server } = await open()
    const post = makeSmtp({ url: server.url, from: 'desk@example.org' })
    ends.push(post.close)
    expect(await post.send('ada@example.com', codeLetter(nasty, 'link', '123456', 10), 'id')).toEqual({ do: 'sent' })
    const [mail] = server.got
    expect(mail!.to).toEqual(['ada@example.com'])
    expect(mail!.raw.split('\r\n\r\n')[0]).not.toMatch(/^(Bcc|X):/im)
  })

  test('goes to nobody without TLS, unless the server is on this machine', async () => {
    const { server } = await open()
    // The same server, by an address that does not look like this machine's own.
    const post = makeSmtp({ url: `smtp://[::ffff:127.0.0.1]:${server.port}`, from: 'desk@example.org' })
    ends.push(post.close)
    expect(await post.send('ada@example.com', codeLetter('Desk', 'link', '123456', 10), 'id')).toEqual({ do: 'later', why: 'ETLS 500' })
    expect(server.got).toEqual([])
  })
})
