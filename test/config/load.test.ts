// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what stands here is a configuration, not code
import { describe, expect, test } from 'vitest'
import { pointAt } from '../../config/accounts.ts'
import { explain, explainAll } from '../../config/problem.ts'
import { load, problems, taken } from './support.ts'

const pigeon = (more: string): string => `channels:\n  - channel: pigeon\n    account: one\n    token: \${RING}\n${more}`
const ring = { RING: 'the-ring-is-secret' }

describe('a configuration that is right', () => {
  test('has every default filled in', () => {
    const { settings, accounts, publicUrlIsDefault } = taken(pigeon(''), ring)
    expect(settings).toMatchObject({
      publicUrl: 'http://127.0.0.1:3000',
      name: 'Switchboard',
      playground: false,
      attachments: { maxBytes: 5 * 1024 * 1024 },
      retention: { eventIdDays: 30 },
    })
    expect(settings.attachments.blockedTypes).toContain('exe')
    expect(settings.teams.map(({ name }) => name)).toEqual(['service-desk'])
    expect(publicUrlIsDefault).toBe(true)
    expect(accounts).toMatchObject([
      { channel: 'pigeon', account: 'one', onUncertain: 'resend', config: { token: ring.RING, mode: 'loft' } },
    ])
  })

  test('may be nothing but an empty `hub:`', () => expect(taken('hub:\n').accounts).toEqual([]))

  test('keeps what was said over the defaults', () => {
    const yaml =
      'hub: {name: Desk, publicUrl: "https://a.example/x/", attachments: {maxBytes: 1.5 mb}, businessHours: {monday: ["09:00-24:00"]}}'
    const { settings, publicUrlIsDefault } = taken(yaml)
    expect(settings).toMatchObject({ name: 'Desk', publicUrl: 'https://a.example/x', attachments: { maxBytes: 1_572_864 } })
    expect(settings.businessHours).toMatchObject({ timezone: 'UTC', monday: [{ opens: 540, closes: 1440 }], sunday: [] })
    expect(publicUrlIsDefault).toBe(false)
  })

  test('names its own address by HOST and PORT', () => {
    expect(taken('hub:\n', { HOST: '::1', PORT: '8080' }).settings.publicUrl).toBe('http://[::1]:8080')
    expect(taken('hub:\n', { HOST: '0.0.0.0' }).settings.publicUrl).toBe('http://localhost:3000')
  })

  test('reads a file that starts with a byte order mark', () => expect(taken('\uFEFFhub: {name: Desk}').settings.name).toBe('Desk'))

  test('takes one account of several channels and several accounts of one', () => {
    const two = `${pigeon('    onUncertain: hold\n')}  - {channel: pigeon, account: two, token: "\${RING}"}\n  - {channel: loose, account: one, word: hi}\n`
    expect(taken(two, ring).accounts.map(({ channel, account, onUncertain }) => [channel, account, onUncertain])).toEqual([
      ['pigeon', 'one', 'hold'],
      ['pigeon', 'two', 'resend'],
      ['loose', 'one', 'resend'],
    ])
  })
})

describe('secrets', () => {
  test('come from variables and from files, and are told to the log so that it can take them out', () => {
    const yaml = pigeon('    verify: ["${file:new.txt}", "${OLD}"]\n')
    const { accounts, secrets } = taken(yaml, { ...ring, OLD: 'old-word' }, { 'new.txt': 'new word\n' })
    expect(accounts[0]?.config).toMatchObject({ token: ring.RING, verify: ['new word', 'old-word'] })
    expect(secrets).toEqual(expect.arrayContaining([ring.RING, 'new word', 'old-word']))
  })

  test('include the passwords of the environment', () => {
    const variables = { DATABASE_URL: 'postgres://hub:p%40ss@127.0.0.1/hub', ADMIN_PASSWORD: 'long enough' }
    expect(taken('hub:\n', variables).secrets).toEqual(expect.arrayContaining(['p@ss', 'long enough']))
  })

  test('are refused where they stand in the file', () => {
    const [problem, ...others] = problems('channels: [{channel: pigeon, account: one, token: plain-secret, verify: [also-plain]}]')
    expect(problem).toMatchObject({ code: 'plain-secret', key: 'channels[0].token', line: 1 })
    expect(problem?.hint).toContain('${PIGEON_TOKEN}')
    expect(others).toMatchObject([{ code: 'plain-secret', key: 'channels[0].verify[0]' }])
  })

  test('may stand in the file of an account that calls nothing but this machine', () => {
    const account = (url: string) => `channels: [{channel: pigeon, account: one, token: plain-secret, apiUrl: "${url}"}]`
    expect(taken(account('http://127.0.0.1:81/bot')).accounts).toHaveLength(1)
    expect(problems(account('http://127.0.0.1.example.org/'))).toMatchObject([{ code: 'plain-secret' }])
    expect(problems(account('https://127.0.0.1@example.org/'))).toMatchObject([{ code: 'plain-secret' }])
  })

  test.each([
    ['a wrong place', 'channels: [{channel: pigeon, account: one, token: "${S}", mode: "${S}"}]'],
    ['a wrong length', 'channels: [{channel: pigeon, account: one, token: "${RING}", verify: ["${S}", a]}]'],
    ['an unknown key', 'channels: [{channel: pigeon, account: one, token: "${RING}", tokens: "${S}"}]'],
    ['a broken line', 'channels:\n  - channel: pigeon\n    token: "xoxb-hunter2-hunter2\n'],
    ['a tab', 'channels:\n\t- token: xoxb-hunter2-hunter2\n'],
    ['a plain word in the wrong key', 'channels: [{channel: pigeon, account: one, token: "${RING}", mode: xoxb-hunter2-hunter2}]'],
    ['a URL', 'hub: {publicUrl: "https://me:xoxb-hunter2-hunter2@x.example"}'],
  ])('are in no error: %s', (_, yaml) => {
    const said = explainAll(problems(yaml, { ...ring, S: 'xoxb-hunter2-hunter2', DATABASE_URL: 'mysql://me:hunter2@x' }))
    expect(said).not.toContain('hunter2')
    expect(said).toContain('DATABASE_URL')
  })

  test('that are not there are named, with the place that wants them, and nothing else is said of it', () => {
    expect(problems(pigeon('    verify: ${file:gone.txt}\n'), { RING: '' })).toMatchObject([
      { code: 'unset-variable', key: 'channels[0].token', line: 4, found: 'the environment variable RING is empty' },
      { code: 'secret-file', key: 'channels[0].verify', found: expect.stringContaining('gone.txt') },
    ])
    expect(problems(pigeon(''))).toMatchObject([{ code: 'unset-variable', found: 'the environment variable RING is not set' }])
  })

  test('may hold `${` where it is written with two dollars', () => {
    expect(taken('hub: {name: "$${NAME}"}').settings.name).toBe('${NAME}')
    expect(problems('hub: {name: "${NAME"}')).toMatchObject([{ code: 'invalid', key: 'hub.name' }])
    expect(problems('hub: {name: "${a b}"}')).toMatchObject([{ code: 'invalid', key: 'hub.name' }])
  })
})

describe('a configuration that is wrong', () => {
  test('is told all that is wrong with it at once, each with file, line and key', () => {
    const yaml = 'hub:\n  nmae: x\n  attachments: {maxBytes: -1}\nchannels:\n  - channel: pigeon\n    account: One\n    mode: sea\n'
    expect(problems(yaml)).toMatchObject([
      { file: 'hub.yaml', line: 2, column: 3, key: 'hub.nmae', code: 'unknown-key', hint: 'Did you mean `name`?' },
      { line: 3, column: 27, key: 'hub.attachments.maxBytes', code: 'invalid', found: '-1' },
      { line: 5, column: 5, key: 'channels[0].token', code: 'missing', expected: 'a text', hint: 'The ring on its leg.' },
      { line: 6, column: 14, key: 'channels[0].account', code: 'invalid', found: '"One"' },
      { line: 7, column: 11, key: 'channels[0].mode', code: 'invalid', found: '"sea"', expected: 'loft or field' },
    ])
  })

  test('reads as sentences', () => {
    const loaded = load('hub:\n  nmae: x\n', { PORT: 'http' })
    if (loaded.ok) throw new Error('taken')
    expect(explainAll(loaded.problems).replaceAll(/\/\S+\/hub/g, 'hub')).toBe(
      [
        'The hub did not start: 2 things are wrong with its configuration.',
        '  - PORT: expected a port number from 0 to 65535 (0: any free one), found "http".',
        '  - hub.yaml, line 2, column 3: hub.nmae: a key that is not known. Did you mean `name`?',
      ].join('\n'),
    )
  })

  test.each([
    ['in another case', 'TOKEN', 'token'],
    ['with underscores', 'to_ken', 'token'],
    ['with two letters swapped', 'allowedServiceUlrs', 'allowedServiceUrls'],
  ])('names the key that was meant by one %s', (_, wrong, right) => {
    const yaml = `channels: [{channel: pigeon, account: one, apiUrl: "http://localhost", ${wrong}: "\${RING}"}]`
    expect(problems(yaml, ring)[0]).toMatchObject({ code: 'unknown-key', hint: `Did you mean \`${right}\`?` })
  })

  test('is not also told that a key is missing which was only misspelt', () => {
    expect(problems('channels: [{channel: pigeon, account: one, tokn: "${RING}"}]', ring).map(({ code }) => code)).toEqual(['unknown-key'])
  })

  test('names all keys where none is near', () => {
    const [problem] = problems(pigeon('    zzzzzzzz: 1\n'), ring)
    expect(problem?.hint).toContain('channel, account, onUncertain, token, verify, mode')
  })

  test('is told of unknown keys inside keys, in channels that are not strict themselves, and in the wrong alternative', () => {
    expect(problems(pigeon('    limits: {perHuor: 2}\n'), ring)).toMatchObject([
      { key: 'channels[0].limits.perHuor', hint: 'Did you mean `perHour`?' },
    ])
    expect(problems('channels: [{channel: loose, account: one, wrod: x}]')).toMatchObject([
      { code: 'unknown-key', key: 'channels[0].wrod' },
    ])
    const wrongHalf = 'channels: [{channel: smoke, account: one, transport: cloud, wood: "${RING}"}]'
    expect(problems(wrongHalf, ring)).toMatchObject([{ key: 'channels[0].wood', found: 'a key that does not go with the others here' }])
    expect(problems('channels: [{channel: smoke, account: one, transport: steam}]')).toMatchObject([
      { expected: 'fire or cloud', found: '"steam"' },
    ])
  })

  test('is told where a key of the hub belongs', () => {
    expect(problems('publicUrl: https://x.example\n')).toMatchObject([{ key: 'publicUrl', hint: 'It belongs under `hub:`.' }])
  })

  test('is told which channels there are', () => {
    expect(problems('channels: [{channel: pidgeon, account: one}]')).toMatchObject([
      { code: 'unknown-channel', found: '"pidgeon"', expected: 'one of pigeon, smoke, loose', hint: 'Did you mean `pigeon`?' },
    ])
  })

  test('may not have two accounts of one channel with one name', () => {
    const yaml =
      'channels:\n  - {channel: loose, account: a}\n  - {channel: smoke, account: a, transport: cloud}\n  - {channel: loose, account: a}\n'
    expect(problems(yaml)).toMatchObject([{ code: 'duplicate-account', line: 4, found: 'loose/a, which stands on line 2 already' }])
  })

  test.each(['', 'A', 'ä', 'a b', 'a:b', 'a/b', 'x'.repeat(41)])('may not call an account "%s"', (account) => {
    expect(problems(`channels: [{channel: loose, account: "${account}"}]`)).toMatchObject([{ key: 'channels[0].account', code: 'invalid' }])
  })

  test('takes the rule of a channel that looks at several keys', () => {
    expect(problems(pigeon('    mode: field\n'), ring)).toMatchObject([
      { code: 'missing', key: 'channels[0].verify', hint: 'It is needed in the field.' },
    ])
  })

  test.each([
    ['channels: pigeon', 'channels', 'expected a list'],
    ['channels: [pigeon]', 'channels[0]', 'expected keys'],
    ['hub: []', 'hub', 'expected keys'],
    ['- a', '', 'expected keys'],
    ['hub: {name: [a]}', 'hub.name', 'expected a text, found a list'],
    ['hub: {name: }', 'hub.name', 'expected a text, found nothing'],
    ['hub: {name: ""}', 'hub.name', 'at least 1 character'],
    ['hub: {publicUrl: x.example}', 'hub.publicUrl', 'expected an address'],
    ['hub: {publicUrl: "https://x.example?a=b"}', 'hub.publicUrl', 'expected an address'],
    ['hub: {retention: {eventIdDays: 3}}', 'hub.retention.eventIdDays', 'at least 30'],
    ['hub: {businessHours: {timezone: Mars/One}}', 'hub.businessHours.timezone', 'time zone'],
    ['hub: {businessHours: {monday: ["9-5"]}}', 'hub.businessHours.monday[0]', '09:00-17:30'],
    ['hub: {businessHours: {monday: ["17:00-09:00"]}}', 'hub.businessHours.monday[0]', 'opens before it closes'],
    ['hub: {attachments: {blockedTypes: [".exe"]}}', 'hub.attachments.blockedTypes[0]', 'without the dot'],
    ['hub: {teams: [{name: a, overflow: a}]}', 'hub.teams[0].overflow', 'another team'],
    ['hub: {teams: [{name: a}, {name: a}]}', 'hub.teams[1].name', 'no other team'],
    ['hub: {teams: []}', 'hub.teams', 'at least 1 entry'],
    ['hub: {people: {admins: [me]}}', 'hub.people.admins[0]', 'e-mail'],
    ['hub: {content: {knowledge: gone}}', 'hub.content.knowledge', 'a path that exists'],
    ['hub: {cannedAnswers: [{key: a, text: b}, {key: a, text: c}]}', 'hub.cannedAnswers[1].key', 'no other answer'],
  ])('%s', (yaml, key, said) => {
    const [problem, ...others] = problems(yaml)
    expect(others).toEqual([])
    expect(problem?.key).toBe(key)
    expect(explain(problem!)).toContain(said)
  })
})

describe('a file that cannot be read', () => {
  test.each([
    ['is empty', '', 'an empty file'],
    ['has only blanks', ' \n\n', 'an empty file'],
    ['has only comments', '# hub\n', 'nothing but comments'],
    ['is UTF-16', Uint8Array.from([0xff, 0xfe, 0x68, 0]), 'UTF-16'],
    ['is not text', Uint8Array.from([0x68, 0xc3, 0x28]), 'not UTF-8'],
    ['is binary', 'hub\0', 'binary'],
    ['has a key twice', 'hub:\n  name: a\n  name: b\n', 'line 3, column 3: name: expected each key once, found the same key a second time'],
    ['is indented with tabs', 'hub:\n\tname: a\n', 'line 2, column 1: name: expected spaces, found a tab'],
    ['leaves a quote open', 'hub:\n  name: "a\n', 'something left open'],
    ['leaves a bracket open', 'hub: {name: a\n', 'something left open'],
    ['has a colon inside a value', 'hub:\n  name: a: b\n', 'line 2'],
    ['has two documents', 'hub:\n---\nhub:\n', 'a second document'],
    ['has a tag', 'hub: {name: !secret a}\n', 'a tag'],
    ['points at nothing', 'hub: {name: *a}\n', 'names no anchor'],
  ])('because it %s is refused in words', (_, content, said) => {
    const found = problems(content)
    expect(found.length).toBeGreaterThan(0)
    expect(explainAll(found)).toContain(said)
  })

  test('because aliases unfold without end is refused in words', () => {
    const layers = Array.from({ length: 12 }, (_, n) => `l${n + 1}: &l${n + 1} [${`*l${n},`.repeat(9)}]`)
    expect(problems(`l0: &l0 [a]\n${layers.join('\n')}\n`)).toMatchObject([{ code: 'syntax', found: expect.stringContaining('unfold') }])
  })

  test('because it is not there, or a folder, is named with the variable that chooses it', () => {
    const gone = load('', { HUB_CONFIG: '/nowhere/hub.yaml' })
    expect(gone).toMatchObject({ ok: false, problems: [{ code: 'file', file: '/nowhere/hub.yaml', found: 'no such file' }] })
    expect(load('', { HUB_CONFIG: '/' })).toMatchObject({ ok: false, problems: [{ code: 'file', found: 'a folder' }] })
  })
})

describe('the playground', () => {
  const yaml =
    'hub: {playground: true}\nchannels: [{channel: pigeon, account: p, token: public, apiUrl: playground, allowedServiceUrls: [playground]}]\n'

  test('fills in its own addresses once it runs', () => {
    const [account] = taken(yaml).accounts
    expect(account?.playground).toEqual(['apiUrl', 'allowedServiceUrls'])
    const running = pointAt(account!, () => 'http://127.0.0.1:4321/')
    expect(running).toMatchObject({
      playground: [],
      config: { apiUrl: 'http://127.0.0.1:4321/', allowedServiceUrls: ['http://127.0.0.1:4321/'] },
    })
  })

  test.each([{ HOST: '127.0.0.1' }, { HOST: 'localhost' }, { HOST: '::1' }, { HOST: '127.9.9.9' }])(
    'starts where only this machine gets in: %o',
    (variables) => {
      expect(taken(yaml, variables).settings.playground).toBe(true)
    },
  )

  test.each([{ HOST: '0.0.0.0' }, { HOST: '::' }, { HOST: '10.0.0.1' }, { HOST: 'hub.example.org' }])(
    'refuses where others get in: %o',
    (variables) => {
      expect(problems(yaml, variables)).toMatchObject([
        { code: 'playground', key: 'hub.playground', line: 1, found: `HOST=${variables.HOST}` },
      ])
    },
  )

  test('refuses where the public address is not on this machine', () => {
    const public_ = yaml.replace('{playground: true}', '{playground: true, publicUrl: "https://hub.example.org"}')
    expect(problems(public_)).toMatchObject([{ code: 'playground', found: 'hub.publicUrl https://hub.example.org' }])
  })

  test('refuses its accounts where it is off', () => {
    expect(problems(yaml.replace('true', 'false'))).toMatchObject([{ code: 'playground', key: 'channels[0].apiUrl' }])
  })
})
