import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStage, type Stage } from './stage.ts'

let stage: Stage
let tess: Awaited<ReturnType<Stage['technician']>>
beforeAll(async () => {
  stage = await openStage()
  tess = await stage.technician()
})
afterAll(() => stage.close())

const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')

describe('somebody on Telegram', () => {
  test('is greeted, presses, types a number, reads an article, gets a technician, and comes back', async () => {
    const ana = stage.person('Ana')

    await ana.starts()
    const greeting = await ana.hears('Hello Ana')
    expect(greeting.buttons.map(({ label }) => label)).toEqual([
      'Create Request',
      'Open Requests',
      'Pending Approvals',
      'Reset Password',
      'Talk to a technician',
    ])
    await ana.presses('Pending Approvals')
    await ana.hears('approvals')
    expect(stage.emulator.answeredPresses()).toBeGreaterThan(0)
    await ana.says('cancel')
    await ana.hears('Cancelled')

    await ana.says('/start')
    await ana.hears('Hello')
    await ana.says('2')
    await ana.hears('requests')

    await ana.says('my vpn does not connect')
    await ana.hears('Connect to the VPN from home')
    const [, ...others] = (await ana.hears('Shall I open the article?')).buttons
    expect(others.at(-1)?.label).toBe('None of these helped')
    await ana.presses('Open the article')
    await ana.hears('VPN')
    await ana.hears('Did')

    await ana.says('the flux capacitor of my starship leaks plasma')
    const unknown = await ana.hears(/technician/i)
    await ana.presses(unknown.buttons.find(({ label }) => /technician/i.test(label))!.label)
    await ana.hears('You are next in line')

    const { id } = await tess.waitsFor('Ana')
    expect(await tess.accepts(id)).toBe(200)
    await ana.hears('has joined the conversation')
    await ana.says('it leaks badly')
    expect(await ana.hearsNothing()).toEqual([])
    expect((await tess.conversation(id)).messages.at(-1)).toMatchObject({ author: { by: 'person' }, content: [{ text: 'it leaks badly' }] })
    expect(await tess.notes(id, 'a difficult person')).toBe(200)
    expect(await tess.says(id, 'Turn the valve **slowly**.')).toBe(200)
    await ana.hears('Turn the valve slowly.')
    expect(ana.sees().some(({ text }) => text.includes('difficult'))).toBe(false)

    expect(await tess.handsBack(id)).toBe(200)
    await ana.hears('has left the conversation')
    await ana.says('hello')
    await ana.hears('Hello')

    await ana.says('a technician please')
    await ana.hears('You are next in line')
    expect(await tess.accepts(id)).toBe(200)
    expect(await tess.closes(id)).toBe(200)
    await ana.hears('This chat is closed')
    await ana.says('hello again')
    await ana.hears('Hello')

    const history = await tess.history(`conversation=${id}&limit=100`)
    const said = history.map(({ author, content }) => `${author.by}: ${(content[0] as { text?: string }).text ?? ''}`)
    for (const line of [
      'person: 2',
      'person: it leaks badly',
      'technician: a difficult person',
      'technician: Turn the valve **slowly**.',
      'hub: This chat',
    ])
      expect(
        said.some((one) => one.startsWith(line)),
        line,
      ).toBe(true)
    expect(new Set(history.map(({ chat }) => chat)).size).toBe(2)
    expect(new Set(history.flatMap(({ sources }) => sources))).toEqual(new Set(['Telegram', 'Virtual Agent', 'Technician Chat']))
    const { messages } = await tess.conversation(id)
    expect(messages.map(({ seq }) => seq)).toEqual(history.map((_, n) => n + 1))
  })

  test('who blocks us cannot be reached, and can again after coming back', async () => {
    const ben = stage.person('Ben')
    await ben.says('a technician please')
    await ben.hears('in line')
    const { id } = await tess.waitsFor('Ben')
    expect(await tess.accepts(id)).toBe(200)
    await ben.hears('joined')
    await ben.blocks()
    expect(await ben.hearsNothing()).toEqual([])
    expect((await tess.conversation(id)).conversation.reach).toBe('blocked')
    expect(await tess.says(id, 'Are you there?')).toBe(409)
    await ben.unblocks()
    await ben.says('back again')
    expect(await ben.hearsNothing()).toEqual([])
    expect((await tess.conversation(id)).conversation.reach).toBe('reachable')
    expect(await tess.says(id, 'Good.')).toBe(200)
    await ben.hears('Good.')
    expect(await tess.closes(id)).toBe(200)
  })

  test('three photos of one album are one message, with every byte kept', async () => {
    const cem = stage.person('Cem')
    await cem.says('hello')
    await cem.hears('Hello')
    const photos = ['a', 'b', 'c'].map((name) => ({ name: `${name}.png`, mime: 'image/png', bytes: new Uint8Array(png) }))
    await cem.sendsAlbum(photos)
    await cem.hears(/./)
    const { messages } = await tess.conversation(await stage.conversationOf(cem))
    const album = messages.filter(({ content }) => content.some(({ type }) => type === 'media'))
    expect(album).toHaveLength(1)
    expect(album[0]!.content).toHaveLength(3)
    for (const item of album[0]!.content) {
      const { link } = (item as unknown as { file: { link: string } }).file
      expect(Buffer.from(await (await fetch(link)).arrayBuffer()).equals(png)).toBe(true)
    }
  })

  test('an edit shows in the conversation, marked', async () => {
    const dee = stage.person('Dee')
    const message = await dee.says('helo')
    await dee.hears(/./)
    await dee.edits(message, 'hello')
    expect(await dee.hearsNothing()).toEqual([])
    expect((await tess.conversation(await stage.conversationOf(dee))).messages[0]).toMatchObject({
      content: [{ text: 'hello' }],
      edited: true,
    })
  })

  test('a file that is too large for Telegram’s bots is told to everybody, and holds nothing up', async () => {
    const eli = stage.person('Eli')
    await eli.says('hello')
    await eli.hears('Hello')
    await eli.sendsFile({
      name: 'dump.bin',
      mime: 'application/octet-stream',
      bytes: new Uint8Array(21 * 1024 * 1024),
      caption: 'the dump',
    })
    await eli.hears(/./)
    const { messages } = await tess.conversation(await stage.conversationOf(eli))
    expect(messages.find(({ content }) => JSON.stringify(content).includes('dump.bin'))).toMatchObject({
      author: { by: 'person' },
      content: [{ type: 'unreadable', text: expect.stringContaining('the dump') }],
    })
    await eli.says('hello')
    await eli.hears('Hello')
  })

  test('in a group the hub answers only who speaks to it', async () => {
    const group = stage.emulator.group({ title: 'Floor 3' })
    const fay = group.person('Fay')
    await fay.types('lunch anybody?')
    await fay.types('hello @switchboard_bot')
    await expect.poll(() => stage.emulator.messages(group.chat.id).filter(({ by }) => by === 'hub').length).toBe(1)
    await fay.types('never mind')
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(stage.emulator.messages(group.chat.id).filter(({ by }) => by === 'hub')).toHaveLength(1)
  })
})
