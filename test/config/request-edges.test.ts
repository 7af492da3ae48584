import { expect, test } from 'vitest'
import { problems, taken } from './support.ts'

const key = 'a-key-that-nobody-may-ever-read'
const secret = `whsec_${Buffer.from('thirty-two bytes of a test secret').toString('base64')}`
const variables = { KEY: key, SECRET: secret }
const one = (text: string) => `{name: a, key: "${text}", scopes: ["requests:read"]}`
const hook = (url: string, text = `\${SECRET}`, more = '') => `hub: {webhooks: [{name: a, url: "${url}", secret: "${text}"${more}}]}`

test('keys and secrets in lists are known, so that no log shows them', () => {
  const { settings, secrets } = taken(
    `hub: {api: {keys: [${one(`\${KEY}`)}]}, webhooks: [{name: a, url: "https://a.example/x", secret: "\${SECRET}"}]}`,
    variables,
  )
  expect(settings.api.keys).toEqual([{ name: 'a', key, scopes: ['requests:read'] }])
  expect(settings.webhooks).toEqual([{ name: 'a', url: 'https://a.example/x', secret, events: [] }])
  expect(secrets).toEqual(expect.arrayContaining([key, secret]))
})

test('and are not taken out of the file itself', () => {
  const said = problems(`hub: {api: {keys: [${one(`\${KEY}`)}, {name: b, key: ${key}, scopes: ["requests:read"]}]}}`, variables)
  expect(said).toMatchObject([{ code: 'plain-secret', key: 'hub.api.keys[1].key' }])
  expect(JSON.stringify(said)).not.toContain(key)
  expect(problems(hook('https://a.example', secret), variables)).toMatchObject([{ code: 'plain-secret', key: 'hub.webhooks[0].secret' }])
})

test.each([
  ['http to somewhere else', hook('http://a.example/x'), 'hub.webhooks[0].url', 'https'],
  ['a user and password', hook('https://me:hunter2@a.example/x'), 'hub.webhooks[0].url', 'without a user and password'],
  ['no address', hook('a.example'), 'hub.webhooks[0].url', 'https'],
  ['a file', hook('file:///etc/passwd'), 'hub.webhooks[0].url', 'https'],
  ['a secret of another form', hook('https://a.example', `\${KEY}`), 'hub.webhooks[0].secret', 'whsec_'],
  [
    'a kind of event that there is not',
    hook('https://a.example', `\${SECRET}`, ', events: [exploded]'),
    'hub.webhooks[0].events[0]',
    'opened',
  ],
  ['one name twice', `hub: {api: {keys: [${one(`\${KEY}`)}, ${one(`\${KEY}`)}]}}`, 'hub.api.keys[1].name', 'no other entry'],
  ['a key that could be guessed', `hub: {api: {keys: [${one(`\${SHORT}`)}]}}`, 'hub.api.keys[0].key', '24 to 500'],
  ['no scope', `hub: {api: {keys: [{name: a, key: "\${KEY}", scopes: []}]}}`, 'hub.api.keys[0].scopes', 'at least 1'],
])('%s is refused', (_, yaml, place, expected) => {
  const [problem] = problems(yaml, { ...variables, SHORT: 'short' })
  expect([problem!.key, problem!.expected]).toEqual([place, expect.stringContaining(expected)])
})

test('plain http is taken on this machine', () => {
  expect(taken(hook('http://127.0.0.1:9000/x'), variables).settings.webhooks).toHaveLength(1)
})
