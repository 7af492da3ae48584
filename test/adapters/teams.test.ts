import { afterEach, describe, expect, test } from 'vitest'
import { htmlOfMarkdown } from '../../adapters/teams/html.ts'
import { markdownOf } from '../../adapters/teams/html-in.ts'
import { type Content, id, type PlatformMessageId } from '../../src/channel/index.ts'
import { parseMarkdown, toPlainText } from '../../src/channel/kit/markdown.ts'
import { attempt, eventually, openConversation, why } from '../contract/contract-bench.ts'
import { benches, event, say, text } from './teams-bench.ts'

const { open, closeAll } = benches()
afterEach(closeAll)

describe('conversations', () => {
  test('a channel is heard only where we are mentioned, each thread is one conversation, and answers stay in it', async () => {
    const bench = await open()
    const channel = bench.emulator.channel('Contoso', 'Help')
    const ada = channel.person('Ada')
    const heard = await event(bench, () => ada.types('@Switchboard my screen is black'), 'message')
    expect(heard).toMatchObject({ content: [{ type: 'text', text: 'my screen is black' }], addressed: true })
    await say(bench, text('Is it plugged in?'), heard.from)
    await ada.types('nobody is mentioned here')
    const second = await event(
      bench,
      () => bench.emulator.thread(ada.conversation.id).person('Bo').types('@Switchboard mine too'),
      'message',
    )
    expect(second.from.conversation).toBe(heard.from.conversation)
    const other = await event(bench, () => channel.person('Cy').types('@Switchboard hello'), 'message')
    expect(other.from.conversation).not.toBe(heard.from.conversation)
    expect(bench.emulator.messages(heard.from.conversation).map((message) => message.text)).toEqual([
      '@Switchboard my screen is black',
      'Is it plugged in?',
      'nobody is mentioned here',
      '@Switchboard mine too',
    ])
    expect(bench.door.events.filter(({ kind }) => kind === 'message')).toHaveLength(3)
  })

  test('where the app may hear all, what is not said to it is marked so', async () => {
    const bench = await open()
    bench.emulator.switches.hearsAll = true
    const group = bench.emulator.groupChat('Three friends').person('Ada')
    expect(await event(bench, () => group.types('lunch?'), 'message')).toMatchObject({ addressed: false })
    expect(await event(bench, () => group.types('@Switchboard lunch?'), 'message')).toMatchObject({ addressed: true })
  })

  test('edits, deletions, what is taken back, reactions, typing and installation come as such', async () => {
    const bench = await open()
    const { person, heard, to } = await openConversation(bench, 'Ada')
    const ada = bench.emulator.person('Ada')
    expect(await event(bench, () => ada.edits(heard.message, 'better'), 'revision')).toMatchObject({
      message: heard.message,
      content: [{ text: 'better' }],
    })
    expect(await event(bench, () => ada.deletes(heard.message), 'revision')).toMatchObject({ message: heard.message, content: null })
    expect(await event(bench, () => ada.undeletes(heard.message), 'revision')).toMatchObject({ content: [{ text: 'better' }] })
    const { messages } = await say(bench, text('how is it?'), to)
    expect(await event(bench, () => ada.reacts(messages[0]!, 'like'), 'reaction')).toMatchObject({
      emoji: '👍',
      on: true,
      message: messages[0],
    })
    expect(await event(bench, () => ada.reacts(messages[0]!, ''), 'reaction')).toMatchObject({ emoji: '👍', on: false })
    expect(await event(bench, () => ada.isTyping(), 'typing')).toMatchObject({ person: { key: person.key } })
    expect(await event(bench, () => ada.removes(), 'contact')).toMatchObject({ change: 'blocked', from: { conversation: to.conversation } })
    const refused = await say(bench, text('still there?'), to).catch((error: unknown) => bench.adapter.classify(error))
    expect(refused).toMatchObject({ kind: 'unreachable', code: 'not_in_conversation' })
    const since = bench.door.events.length
    expect(await event(bench, () => ada.installs(), 'contact')).toMatchObject({ change: 'started' })
    expect(bench.door.events.slice(since).filter(({ kind }) => kind === 'contact')).toHaveLength(1)
    await say(bench, text('welcome back'), to)
    const ids = bench.door.events.map((one) => one.id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('a person who was never heard but has installed the app can be written to', async () => {
    const bench = await open()
    const installed = await event(bench, () => bench.emulator.person('Newcomer').installs(), 'contact')
    await say(bench, text('Hello! Ask me anything.'), installed.from)
    expect(
      bench.emulator
        .person('Newcomer')
        .sees()
        .map((message) => message.text),
    ).toEqual(['Hello! Ask me anything.'])
  })

  test('a tenant of the government’s cloud is served at its own host from the first refusal on', async () => {
    const bench = await open()
    const { to, seen } = await openConversation(bench, 'Ada')
    const account = bench.emulator.account() as { allowedServiceUrls: string[] }
    const gcc = `${bench.emulator.url}/gcc/`
    const adapter = bench.create({ ...account, allowedServiceUrls: [...account.allowedServiceUrls, gcc] } as never)
    bench.emulator.answerNext({ status: 403, body: { error: { code: 'InvalidBotApiHost', message: 'no' } } })
    const receipt = await say(bench, text('hello'), to, adapter)
    expect(receipt.reply).toMatchObject({ serviceUrl: gcc })
    await say(bench, text('hello again'), { ...to, reply: receipt.reply! }, adapter)
    expect(seen()).toHaveLength(2)
  })

  test('the limits of a thread are told with how long to wait', async () => {
    const bench = await open()
    const { to } = await openConversation(bench, 'Ada')
    Object.assign(bench.emulator.switches, { threadLimits: true })
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () =>
        say(bench, text('fast'), to).then(
          () => 'sent',
          (error: unknown) => bench.adapter.classify(error),
        ),
      ),
    )
    // The bench's clock runs a thousand times as fast: seven within its millisecond second.
    expect(outcomes.filter((outcome) => outcome === 'sent').length).toBeGreaterThan(0)
    for (const outcome of outcomes.filter((one) => one !== 'sent')) expect(outcome).toMatchObject({ kind: 'throttled', retryAfterMs: 1000 })
  })
})

test('a thread that is too busy waits alone; where several are refused at once it is the tenant that waits', async () => {
  const bench = await open()
  bench.emulator.faults.throttle = { share: 1, retryAfterSeconds: 3 }
  const failures = []
  for (const name of ['Ada', 'Ben', 'Cleo', 'Dan']) {
    const { to } = await openConversation(bench, name)
    for (const _ of [1, 2])
      failures.push(
        await say(bench, text('fast'), to).then(
          () => 'sent',
          (error: unknown) => bench.adapter.classify(error).only ?? 'everybody',
        ),
      )
  }
  expect(failures).toEqual([...Array.from({ length: 6 }, () => 'conversation'), 'everybody', 'everybody'])
})

describe('buttons', () => {
  const card: Content = {
    type: 'card',
    title: 'REQ1042 <laptop>',
    text: 'A new one',
    choices: [
      { value: 'approve:1042', label: 'Approve' },
      { value: 'reject:1042', label: 'Reject' },
    ],
  }

  test('of a card wait for an answer, which takes the place of the card', async () => {
    const bench = await open()
    const { person, to, seen } = await openConversation(bench, 'Ada')
    await say(bench, card, to)
    const chosen = await event(bench, () => person.presses('Approve'), 'choice')
    expect(chosen).toMatchObject({ value: 'approve:1042', label: 'Approve', sync: { withinMs: expect.any(Number) } })
    await eventually(() => (seen()[0]!.buttons.length === 0 ? true : undefined))
    expect(seen()[0]!.text).toBe('REQ1042 <laptop>\n✓ Approve')
    const payloads = bench.adapter.render([text('REQ1042 is approved.')], to, why)
    const { reply, covers } = bench.adapter.respond!(chosen, payloads)!
    expect(JSON.parse(reply.body!)).toMatchObject({
      statusCode: 200,
      type: 'application/vnd.microsoft.card.adaptive',
      value: { version: '1.5' },
    })
    expect(reply.body).toContain('REQ1042 is approved.')
    expect(covers).toBe(0)
  })

  test('that are not ours are answered, and are no choice', async () => {
    const bench = await open()
    const ada = bench.emulator.person('Ada')
    await ada.types('hello')
    const since = bench.door.events.length
    const answer = await ada.invokes('adaptiveCard/action', { action: { type: 'Action.Execute', verb: 'x', data: {} } })
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.body)).toMatchObject({ statusCode: 400 })
    expect((await ada.invokes('task/fetch', {})).status).toBe(501)
    expect(bench.door.events.slice(since).filter(({ kind }) => kind === 'choice')).toEqual([])
  })

  test('more than six stand in rows, and each brings its value', async () => {
    const bench = await open()
    const { person, to, seen } = await openConversation(bench, 'Ada')
    const choices = Array.from({ length: 20 }, (_, index) => ({ value: `v${index}`, label: `Number ${index}` }))
    await say(bench, { type: 'choices', text: 'Which?', choices }, to)
    expect(seen()[0]!.buttons).toHaveLength(20)
    expect(await event(bench, () => person.presses('Number 17'), 'choice')).toMatchObject({ value: 'v17' })
  })
})

test('words and a card in one message would have no id: the emulator is as strict as Teams, and no message of ours is such', async () => {
  const bench = await open()
  const { from } = await event(bench, () => bench.emulator.person('Ada').types('hi'), 'message')
  const card: Content = { type: 'card', title: 'Laptop', text: 'On loan', choices: [{ value: 'y', label: 'Yes' }] }
  const [payload] = bench.adapter.render([card], from, why) as unknown as [{ readonly activity: object }]
  const mixed = { ...payload, activity: { ...payload.activity, text: 'Look:' } }
  expect((await bench.adapter.send(mixed as never, from, attempt())).messages).toEqual([])
  expect((await say(bench, card, from)).messages).toHaveLength(1)
})

describe('a person’s profile', () => {
  test('is vouched for only for members of the account’s own tenant', async () => {
    const bench = await open()
    const profileOf = async (name: string, more?: { readonly tenantId?: string; readonly guest?: boolean; readonly email?: string }) => {
      bench.emulator.person(name, more)
      const { heard, to } = await openConversation(bench, name)
      return bench.adapter.profile!(heard.person, to, AbortSignal.timeout(30_000))
    }
    expect(await profileOf('Ada Lindqvist')).toEqual({
      name: 'Ada Lindqvist',
      email: 'ada.lindqvist@contoso.example',
      emailVouched: true,
      language: 'en-GB',
    })
    expect(await profileOf('Gus', { guest: true })).toMatchObject({ emailVouched: false })
    expect(await profileOf('Eve', { tenantId: '00000000-0000-4000-8000-0000000000ee', email: 'admin@contoso.example' })).toMatchObject({
      emailVouched: false,
    })
  })

  test('in a thread is asked of the team', async () => {
    const bench = await open()
    const channel = bench.emulator.channel('Contoso', 'General')
    const heard = await event(bench, () => channel.person('Ada').types('@Switchboard hi'), 'message')
    expect(await bench.adapter.profile!(heard.person, heard.from, AbortSignal.timeout(30_000))).toMatchObject({
      email: 'ada@contoso.example',
    })
  })
})

describe('marked text', () => {
  test.each([
    '**bold** and *italic* and ~~gone~~',
    'a < b && c > d',
    '`a < b && c`',
    '1. one\n2. two\n   and more\n\n- x\n- y',
    '> quoted\n> twice',
    '```js\nif (a < b) {\n  x()\n}\n```',
    '# Title\n\ntext below',
    '[the page](https://x.example/?a=1&b=2)',
    '5. starts at five\n6. six',
    'line one\nline two',
  ])('%j is read by the person as it was meant', (markdown) => {
    const squeezed = (words: string) => words.replace(/\s+/g, '').replace(/[•]/g, '')
    const html = htmlOfMarkdown(markdown)
    const back =
      markdownOf(html, (name) => name) ??
      html
        .replace(/<br\/>/g, '\n')
        .replace(/&lt;/g, '<')
        .replace(/&gt;/g, '>')
        .replace(/&amp;/g, '&')
    const [read, meant] = [back, markdown].map((one) => squeezed(toPlainText(parseMarkdown(one))))
    expect(read!.replace(/^5\.starts|1\.starts/, 'starts').replace(/6\.six|2\.six/, 'six')).toBe(
      meant!.replace(/^5\./, '').replace('6.six', 'six'),
    )
  })

  test('that would be too large with its marks goes without them', async () => {
    const bench = await open()
    const { to, seen } = await openConversation(bench, 'Ada')
    const ampersands = `*${'&'.repeat(15_000)}*`
    await say(bench, { type: 'text', format: 'markdown', text: ampersands }, to)
    expect(seen()[0]!.text).toContain('&&&&')
  })

  test('HTML of any kind is read without an error', () => {
    for (const html of [
      '<b>',
      '</b></b>',
      '<ul><b>x</ul></b>',
      '<b'.repeat(5000),
      '<b>'.repeat(5000),
      '<a href="x">',
      '<pre></pre>',
      `<b>${'&'.repeat(1000)}`,
    ])
      expect(() => markdownOf(html, (name) => name)).not.toThrow()
  })
})

test('a message of ours that is gone may be removed once more, but not changed', async () => {
  const bench = await open()
  const { to } = await openConversation(bench, 'Ada')
  const gone = id<PlatformMessageId>('1767323045123')
  expect(await bench.adapter.revise!(null, to, gone, attempt())).toMatchObject({ messages: [gone] })
  const [payload] = bench.adapter.render([text('x')], to, why)
  const error = await bench.adapter.revise!(payload!, to, gone, attempt()).catch((thrown: unknown) => thrown)
  expect(bench.adapter.classify(error)).toMatchObject({ kind: 'rejected', code: 'message_gone' })
})
