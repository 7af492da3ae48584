import { expect, test } from 'vitest'
import { showLink } from '../../src/app/show-link.ts'

test('whoever started the hub sees the code that links a phone, drawn or to be typed, and nothing when there is none', async () => {
  const shown: string[] = []
  const show = (text: string) => void shown.push(text)
  showLink('WhatsApp', 'phone', { state: 'open' }, show)
  showLink('WhatsApp', 'phone', { state: 'connecting', pairingCode: 'ABCD1234' }, show)
  expect(shown).toEqual(['WhatsApp phone: type this code on the phone (Linked devices): ABCD1234'])
  showLink('WhatsApp', 'phone', { state: 'connecting', qr: '2@rNkc0lzT,fYQ1,a+b/c==' }, show)
  await expect.poll(() => shown.length).toBe(2)
  expect(shown[1]).toMatch(/^WhatsApp phone: scan this .*\n/)
  expect(shown[1]!.split('\n').filter((line) => /[▀▄█]/.test(line)).length).toBeGreaterThan(10)
})
