import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type FileId, id, type PersonKey } from '../../src/channel/index.ts'
import type { VirtualAgent } from '../../src/core/virtual-agent.ts'
import {
  agentWithoutDatabase,
  choicesIn,
  conversationWith,
  heard,
  notesIn,
  now,
  openHouse,
  pressed,
  talkTo,
  valuesIn,
  wordsIn,
} from './house.ts'

let agent: VirtualAgent
let house: Awaited<ReturnType<typeof openHouse>>
beforeAll(async () => {
  house = await openHouse()
  agent = house.agent
})
afterAll(() => house.connection.close())

describe('the greeting', () => {
  test('names the person and the desk and offers the five choices', async () => {
    const answer = await talkTo(agent)('hello')
    expect(wordsIn(answer)).toContain('Hello Ana')
    expect(wordsIn(answer)).toContain('the IT service desk')
    expect(choicesIn(answer)).toEqual([
      { value: 'create_request', label: 'Create Request' },
      { value: 'open_requests', label: 'Open Requests' },
      { value: 'pending_approvals', label: 'Pending Approvals' },
      { value: 'reset_password', label: 'Reset Password' },
      { value: 'technician', label: 'Talk to a technician' },
    ])
  })

  test.each([
    heard([], { arrived: true }),
    heard([], { command: { name: '/start', text: '' } }),
    heard([], { command: { name: 'start', text: 'summer-code-2026' } }),
    heard([], { command: { name: 'support', text: '' } }),
  ])('comes on arrival and on a command', async (one) => {
    expect(valuesIn(await talkTo(agent)(one))).toContain('pending_approvals')
  })

  test('does not repeat a name that could be markup', async () => {
    const answer = await talkTo(agent)(heard('hi', { person: { key: id<PersonKey>('ana'), name: '*_<b>' } }))
    expect(wordsIn(answer)).toMatch(/^Hello! /)
  })
})

describe('the five choices', () => {
  test.each([
    ['create_request', 'Create Request', "What do you need, or what isn't working?"],
    ['open_requests', 'Open Requests', 'You have no open requests'],
    ['pending_approvals', 'Pending Approvals', 'e-mail address'],
    ['reset_password', 'Reset Password', 'e-mail address'],
  ])('%s does the same pressed and typed', async (value, label, words) => {
    for (const said of [pressed(value), heard(label), heard(`${label.toLowerCase()} please`)]) {
      const answer = await talkTo(agent)(said)
      expect(wordsIn(answer)).toContain(words)
      expect(answer.handOff).toBeUndefined()
    }
  })

  test('the technician comes at once, pressed, typed and as a command, and nothing else is asked', async () => {
    for (const said of [
      pressed('technician'),
      heard('Talk to a technician'),
      heard('i want a human'),
      heard([], { command: { name: 'technician', text: '' } }),
    ]) {
      const answer = await talkTo(agent)(said)
      expect(answer.handOff?.skill).toBe('general')
      expect(choicesIn(answer)).toEqual([])
    }
  })
})

describe('a question', () => {
  test('is answered with a quote, the title and the way to more', async () => {
    const answer = await talkTo(agent)('the vpn does not connect from home')
    expect(wordsIn(answer)).toContain('**Connect to the VPN from home**')
    expect(valuesIn(answer)[0]).toBe('article:vpn-connect')
    expect(valuesIn(answer).at(-1)).toBe('none_helped')
    expect(answer.handOff).toBeUndefined()
  })

  test('leads to the article inside the chat, to "did this help", and to a technician who sees what was tried', async () => {
    const say = talkTo(agent)
    await say('how do i connect to the vpn')
    const opened = await say(pressed('article:vpn-connect'))
    expect(opened.say[0]!.content).toMatchObject({ type: 'text', format: 'markdown' })
    expect(wordsIn(opened)).toContain('**If it keeps dropping**')
    expect(wordsIn(opened)).not.toContain('## ')
    expect(valuesIn(opened)).toEqual(['helped', 'none_helped', 'intent:report_incident', 'technician'])
    expect(wordsIn(await say('no'))).toContain('Shall I get a technician')
    const handed = await say('yes')
    expect(handed.handOff?.summary).toContain('how do i connect to the vpn')
    expect(handed.handOff?.summary).toContain('Articles shown: Connect to the VPN from home')
  })

  test('"yes" opens what was offered, "it helped" ends well', async () => {
    const say = talkTo(agent)
    await say('my laptop is very slow')
    expect(wordsIn(await say('yes please'))).toContain('**My computer is slow**')
    expect(wordsIn(await say('yes'))).toContain('glad to hear it')
  })

  test('for an article that is gone says so', async () => {
    const answer = await talkTo(agent)(pressed('article:never-was'))
    expect(wordsIn(answer)).toContain("can't find that article")
    expect(valuesIn(answer)).toContain('technician')
  })

  test('about a broken thing gets the fitting article and the technician beside it', async () => {
    const answer = await talkTo(agent)('guest wifi is broken')
    expect(valuesIn(answer)).toEqual(expect.arrayContaining(['article:guest-wifi', 'intent:report_incident', 'technician']))
  })

  test('that several intents could mean is asked back, and the answer needs no retyping', async () => {
    const ambiguous = { intents: ['approve', 'pending_approvals'] }
    const notes = {
      chat: 'conversation-1.1',
      said: ['approvals SR-12'],
      trail: [],
      shown: [],
      question: { yes: 'intent:approve', no: 'something_else' },
      about: 'approve SR-12',
      last: null,
      misses: 0,
      missed: 0,
    }
    const memory = { people: [['ana', notes]] }
    const answer = await agent.answer({
      conversation: conversationWith(memory as never),
      heard: [pressed(`intent:${ambiguous.intents[0]}`)],
      now,
    })
    expect(wordsIn(answer)).toContain('approvals are for the approver alone')
  })
})

describe('not knowing', () => {
  test('is said plainly, and the second time in a row the technician is offered outright', async () => {
    const say = talkTo(agent)
    const first = await say('asdf qwerty zzxmn')
    expect(wordsIn(first)).toContain("I don't know")
    expect(valuesIn(first)).toContain('technician')
    const second = await say('glorp fnord')
    expect(wordsIn(second)).toContain('A technician surely can')
    expect((await say('yes')).handOff).toBeDefined()
  })

  test('is forgotten after something that was understood', async () => {
    const say = talkTo(agent)
    await say('asdf qwerty zzxmn')
    expect(notesIn(await say('what are your opening hours')).misses).toBe(0)
  })

  test('of the language is said in that language', async () => {
    const answer = await talkTo(agent)('Ich habe mein Passwort vergessen')
    expect(wordsIn(answer)).toContain('Entschuldigung')
    expect(valuesIn(answer)).toContain('technician')
  })

  test('what an old button meant is said', async () => {
    expect(wordsIn(await talkTo(agent)(pressed('frobnicate:7')))).toContain('earlier message')
  })

  test('an error of its own is reported, and the person gets an answer and a technician', async () => {
    const errors: unknown[] = []
    const broken = await agentWithoutDatabase((error) => errors.push(error))
    const answer = await talkTo(broken)('how do i add a printer')
    expect(wordsIn(answer)).toContain('went wrong on my side')
    expect(valuesIn(answer)).toContain('technician')
    expect(errors).toHaveLength(1)
  })
})

describe('a burst', () => {
  const named = (answer: Awaited<ReturnType<VirtualAgent['answer']>>) => new Set(answer.say.flatMap(({ to }) => to))

  test('typed in pieces is one question', async () => {
    const pieces = ['hi', 'my onedrive', 'is not', 'syncing'].map((text) => heard(text))
    const answer = await talkTo(agent)(...pieces)
    expect(valuesIn(answer)[0]).toBe('article:onedrive-sync')
    expect(named(answer)).toEqual(new Set(pieces.map(({ event }) => event)))
    expect(wordsIn(answer)).not.toContain('Hello')
  })

  test('of several wishes gets an answer to each', async () => {
    const pieces = ['show my open requests', 'how do i clear the browser cache', 'when are you open'].map((text) => heard(text))
    const answer = await talkTo(agent)(...pieces)
    expect(wordsIn(answer)).toMatch(/You have .* open requests/)
    expect(wordsIn(answer)).toContain('Clear the browser cache')
    expect(wordsIn(answer)).toContain('Monday to Friday')
    for (const { event } of pieces) expect(answer.say.some(({ to }) => to.includes(event))).toBe(true)
  })

  test('that ends in asking for a human is handed off with all of it, and only that', async () => {
    const answer = await talkTo(agent)('my screen is cracked', 'get me a human')
    expect(answer.handOff?.summary).toContain('my screen is cracked')
    expect(answer.say).toHaveLength(1)
    expect(answer.say[0]!.to).toHaveLength(2)
  })

  test('of anything at all leaves nobody in silence', async () => {
    const texts = [
      'hi',
      'thanks',
      '?',
      '🙂',
      '',
      'asdf',
      'glorp',
      'yes',
      'no',
      'bye',
      'Ich habe mein Passwort vergessen',
      'password: Hunter2!',
      'vpn',
      'how do I sign a pdf',
      'printer',
      '2',
      'INC-12',
      'cancel',
      'back',
      'repeat',
    ]
    for (let size = 1; size <= texts.length; size++) {
      const pieces = [...texts.slice(0, size).map((text) => heard(text)), heard([{ type: 'place', latitude: 1, longitude: 2 }])]
      const answer = await talkTo(agent)(...pieces)
      expect(named(answer)).toEqual(new Set(pieces.map(({ event }) => event)))
      expect(answer.say.every(({ to }) => to.length > 0)).toBe(true)
    }
  })

  test('of two hundred messages is answered with few searches', async () => {
    const pieces = Array.from({ length: 200 }, (_, number) =>
      heard(`question number ${number}: how do i print page ${number} on the printer`),
    )
    const statements = vi.spyOn(house.connection.embedded!.pglite, 'query')
    const answer = await talkTo(agent)(...pieces)
    expect(statements.mock.calls.length).toBeLessThan(30)
    statements.mockRestore()
    expect(named(answer).size).toBe(200)
    expect(answer.say.length).toBeLessThan(12)
  })
})

describe('a group', () => {
  test('keeps the notes of each person apart', async () => {
    const bo = { key: id<PersonKey>('bo'), name: 'Bo' }
    const say = talkTo(agent)
    await say('how do i connect to the vpn')
    const answer = await say(heard('yes', { person: bo }))
    expect(wordsIn(answer)).not.toContain('VPN')
    expect(notesIn(answer, 'ana').shown).toHaveLength(1)
    expect(notesIn(answer, 'bo').shown).toHaveLength(0)
  })
})

describe('secrets', () => {
  test('are never said back, kept or handed on; advice is given', async () => {
    const say = talkTo(agent)
    const answer = await say('my password is Hunter2! and i am locked out of my account')
    expect(wordsIn(answer)).toContain('looked like a password')
    const handed = await say(pressed('technician'))
    expect(JSON.stringify([answer, handed])).not.toContain('Hunter2')
  })
})

describe('steering', () => {
  test('repeats its last answer with its choices', async () => {
    const say = talkTo(agent)
    const first = await say('what are your hours')
    const second = await say('say that again')
    expect(second.say.map(({ content }) => content)).toEqual(first.say.map(({ content }) => content))
  })

  test('a goodbye closes the chat, thanks do not', async () => {
    expect((await talkTo(agent)('bye')).close).toBe(true)
    expect((await talkTo(agent)('thank you')).close).toBeUndefined()
  })

  test('cancelling ends the question that was open', async () => {
    const say = talkTo(agent)
    await say('reset my password')
    const answer = await say('cancel')
    expect(wordsIn(answer)).toContain('Nothing has been sent')
    expect(notesIn(answer).frames).toEqual([])
    expect(notesIn(answer).question).toBeNull()
  })

  test('a file alone is acknowledged and asked about; with words the words count', async () => {
    const file = { type: 'media', kind: 'image', file: { stored: id<FileId>('f1') } } as const
    expect(wordsIn(await talkTo(agent)(heard([file])))).toContain('kept the file')
    expect(valuesIn(await talkTo(agent)(heard([{ ...file, caption: 'printer is offline' }])))[0]).toBe('article:printer')
  })

  test('notes of an earlier chat, and memory that is none of ours, are not used', async () => {
    for (const memory of [null, 7, 'x', [], { people: 3 }, { people: [null, 1, ['ana', { chat: 'old', misses: 9 }]] }]) {
      const answer = await agent.answer({ conversation: conversationWith(memory as never), heard: [heard('hello')], now })
      expect(notesIn(answer).misses).toBe(0)
    }
  })
})

describe('without a database', () => {
  test('greetings, thanks and choices are answered', async () => {
    const alone = await agentWithoutDatabase()
    const said = [
      heard('hello'),
      heard('thanks a lot'),
      pressed('reset_password'),
      pressed('technician'),
      heard('are you a robot?'),
      heard('i forgot my password'),
    ]
    for (const one of said) expect((await alone.answer({ conversation: conversationWith(), heard: [one], now })).say).not.toHaveLength(0)
  })
})
