import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Reader } from '../../src/core/service-desk.ts'
import { alike } from '../../src/service-desk/similar.ts'
import type { Connection } from '../../src/store/connect.ts'
import { openMemory } from '../support/template.ts'
import { incident, key, newcomer } from './samples.ts'
import { stage } from './stage.ts'

/** What people had open, and what they say then; written before the rule was tried on them. */
const pairs: readonly (readonly [subject: string, description: string, same: readonly string[], other: readonly string[]])[] = [
  [
    'Outlook does not open',
    'When I click on Outlook nothing happens. I restarted twice.',
    ['outlook still will not open', 'I cannot open Outlook', 'Outlook hangs when I click on it', 'problem with outlook'],
    ['I need a new keyboard', 'the door of the office is broken', 'how do I book a meeting room', 'my phone has no signal'],
  ],
  [
    'Wi-Fi in building B is slow',
    'The wireless network in the second floor is very slow since Monday.',
    ['the wifi network in building B is so slow', 'slow wireless on the second floor', 'network is slow in building b'],
    ['my laptop is slow', 'excel is slow when I open big files', 'I would like a second monitor', 'access to the building on Sunday'],
  ],
  [
    'Docking station: external monitors flicker',
    'Both screens go dark for a second, several times an hour.',
    ['the monitors on my docking station flicker', 'external monitor flickering again', 'screens go dark for a second'],
    ['order a monitor', 'I want to order another docking station for home', 'flickering light in the kitchen', 'my screen is cracked'],
  ],
  [
    'Access to the folder Finance 2026',
    'I get "access denied" for the finance folder on the shared drive.',
    ['no access to the finance folder', 'access denied on finance folder', 'finance folder on the shared drive denied'],
    ['access to the CRM', 'please create a shared mailbox for marketing', 'my password is denied', 'finance asks for a new printer'],
  ],
  [
    'Printer on floor 3 prints blank pages',
    'PRN-0312 prints only white paper, the toner was changed last week.',
    ['the printer prints blank pages', 'blank pages from PRN-0312', 'printer floor 3 blank'],
    ['how do I print on both sides', 'where is the toner stored', 'my badge does not open floor 3', 'scan to mail fails'],
  ],
  [
    'Teams calls drop after ten minutes',
    'In every Teams meeting I am thrown out after about ten minutes and have to join again.',
    ['I am thrown out of Teams meetings', 'teams calls keep dropping', 'my Teams call drops all the time'],
    ['Teams does not show my status', 'book a meeting for ten people', 'I want to join the sales team', 'dropbox is blocked'],
  ],
  [
    'Locked out of SAP',
    'SAP says my user is locked after three wrong passwords.',
    ['my SAP user is locked', 'SAP is locked again', 'locked out of sap'],
    ['I am locked out of my laptop', 'SAP report shows wrong numbers', 'wrong password for the wifi', 'the cupboard is locked'],
  ],
  [
    'New laptop for Ana Ruiz',
    'Ana starts on March 1 and needs a laptop with a docking station.',
    ['what about the laptop for Ana Ruiz', 'laptop for Ana', "where is Ana's laptop"],
    ['my laptop battery is empty', 'Ana cannot log in', 'phone for Ben', 'the docking station does not charge'],
  ],
]

describe('similar requests', () => {
  let connection: Connection
  let found: (pair: number, words: string) => Promise<boolean>
  beforeAll(async () => {
    connection = await openMemory()
    const { desk } = await stage(connection)
    const readers: Reader[] = []
    for (const [subject, description] of pairs) {
      const identity = newcomer()
      readers.push({ identity, email: null })
      await desk.open(incident(identity, { subject, description }), key())
    }
    found = async (pair, words) => (await desk.similar(readers[pair]!, words, 3)).length > 0
  })
  afterAll(() => connection?.close())

  test('are found by what people say of them again, and not by what is about something else', async () => {
    const mistakes: string[] = []
    for (const [index, [, , same, other]] of pairs.entries()) {
      for (const words of same) if (!(await found(index, words))) mistakes.push(`not found: ${words}`)
      for (const words of other) if (await found(index, words)) mistakes.push(`found: ${words}`)
    }
    expect(mistakes).toEqual(['found: I want to join the sales team'])
  })

  test.each([
    ['it is all that is said', ['vpn'], ['vpn', 'drop'], [], true],
    ['it stands in the description alone', ['vpn'], ['connect', 'drop'], ['vpn'], false],
    ['more is said than that', ['vpn', 'licenc'], ['vpn', 'drop'], [], false],
    ['it is one of those that everybody says', ['problem'], ['problem'], ['problem'], false],
  ])('one word that both have: %s', (_, asked, subject, told, is) => expect(alike(asked, subject, told) > 0).toBe(is))

  test.each([
    ['a long story that says the whole subject', ['vpn', 'drop', 'hotel', 'berlin', 'custom', 'visit'], ['vpn', 'drop'], [], true],
    ['a longer one', ['vpn', 'drop', 'hotel', 'berlin', 'custom', 'visit', 'wlan', 'train', 'cafe'], ['vpn', 'drop'], [], false],
    ['one that says half of it', ['vpn', 'hotel', 'berlin', 'custom'], ['vpn', 'drop'], ['hotel'], false],
    ['nothing', [], ['vpn'], [], false],
    ['a request without words', ['vpn'], [], [], false],
  ])('%s', (_, asked, subject, told, is) => expect(alike(asked, subject, told) > 0).toBe(is))
})
