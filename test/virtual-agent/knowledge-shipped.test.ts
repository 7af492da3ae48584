import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeArticleStore, synchronise } from '../../src/store/articles.ts'
import type { Connection } from '../../src/store/connect.ts'
import { migrate } from '../../src/store/migrate.ts'
import { loadArticles, loadSynonyms } from '../../src/virtual-agent/knowledge/load.ts'
import { type Knowledge, makeKnowledge } from '../../src/virtual-agent/knowledge/search.ts'
import { openMemory } from '../support/template.ts'

const folder = new URL('../../config/knowledge', import.meta.url).pathname
let connection: Connection
let knowledge: Knowledge
beforeAll(async () => {
  connection = await openMemory()
  await migrate(connection)
  await synchronise(connection.db, await loadArticles(folder))
  knowledge = await makeKnowledge({
    articles: makeArticleStore(connection.db),
    synonyms: await loadSynonyms(`${folder}/synonyms.yaml`),
  })
})
afterAll(() => connection.close())

describe('the articles that are shipped answer', () => {
  test.each([
    ['how do I connect to the vpn from home', 'vpn-connect', 'Open the VPN client'],
    ['vpn keeps disconnecting', 'vpn-connect', ''],
    ['what is the password policy', 'password-rules', 'at least 14 characters'],
    ['how long must my password be', 'password-rules', 'at least 14 characters'],
    ['printer shows offline', 'printer', 'Look at its display'],
    ['how do I add a printer', 'printer', 'Printers & scanners'],
    ['pritner is ofline', 'printer', 'offline'],
    ['paper is jammed', 'printer', 'pull the paper in the direction it travels'],
    ['a document is stuck in the print queue', 'printer', 'cancel'],
    ['new phone, how do I move my authenticator', 'mfa-new-phone', 'Install the authenticator app on the new phone'],
    ['lost my phone with the authenticator app', 'mfa-new-phone', ''],
    ['where do I find my bitlocker recovery key', 'bitlocker-key', 'View BitLocker keys'],
    ['laptop asks for a recovery key', 'bitlocker-key', 'key'],
    ['my mailbox is full', 'mailbox-full', 'delete the largest messages'],
    ['cannot send mail because quota exceeded', 'mailbox-full', ''],
    ['free up space in my inbox', 'mailbox-full', 'Deleted items'],
    ['set up email on my iphone', 'mobile-mail', 'Microsoft Outlook'],
    ['wifi password for visitors', 'guest-wifi', 'personal code'],
    ['guest wifi voucher', 'guest-wifi', 'guest Wi-Fi'],
    ['office wifi does not connect', 'wifi-office', 'forgetting the network'],
    ['no sound in teams meeting', 'teams-audio', 'choose your headset'],
    ['external monitor not detected', 'external-monitor', 'Windows + P'],
    ['docking station does not charge', 'docking-station', 'Unplug the dock'],
    ['screen flickers', 'screen-flicker', 'cable'],
    ['laptop is very slow', 'slow-laptop', ''],
    ['suspicious email with link', 'phishing', 'Do not click'],
    ['I clicked on a phishing link', 'phishing', 'Close the page and enter nothing'],
    ['onedrive not syncing', 'onedrive-sync', 'Click the cloud symbol'],
    ['restore a deleted file', 'data-backup', 'recycle bin'],
    ['back up my files', 'data-backup', 'backed up by themselves'],
    ['share my outlook calendar', 'outlook-calendar', 'Share calendar'],
    ['get access to a shared mailbox', 'shared-mailbox', 'Ask the owner of the mailbox'],
    ['install software without admin rights', 'install-software', 'software centre'],
    ['sign a pdf', 'pdf-signing', 'Fill & Sign'],
    ['roaming abroad', 'travel-roaming', 'travel package'],
    ['clear browser cache', 'browser-cache', 'Ctrl + Shift + Delete'],
    ['page looks broken in chrome', 'browser-cache', 'Edge and Chrome'],
    ['new employee starts monday', 'new-starter', 'ten working days'],
    ['someone is leaving the company', 'leaver', 'five working days'],
    ['i cant log in to the vpn from home', 'vpn-connect', ''],
  ])('“%s” from %s with “%s”', async (question, id, fragment) => {
    const { hits, quote, sure } = await knowledge.find(question, ['public', 'employees'])
    expect(hits[0]?.id).toBe(id)
    expect(sure).toBe(true)
    expect(quote).toContain(fragment)
    expect(quote.length).toBeLessThanOrEqual(430)
  })

  test.each([
    'who won the world cup',
    'write me a poem about rain',
    'what is the capital of france',
    'my battery drains fast',
    'asdf qwer zxcv',
  ])('not “%s”: nothing is quoted', async (question) =>
    expect(await knowledge.find(question, ['public', 'employees'])).toMatchObject({ sure: false, quote: '' }),
  )
})
