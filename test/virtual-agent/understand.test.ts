import { describe, expect, test } from 'vitest'
import { areaUnderCurve, measure } from '../../bench/understanding.ts'
import { type Example, train } from '../../src/virtual-agent/understand/classifier.ts'
import { featuresOf } from '../../src/virtual-agent/understand/features.ts'
import { foreignLanguageOf } from '../../src/virtual-agent/understand/language.ts'
import { loadIntents, parseIntent } from '../../src/virtual-agent/understand/load.ts'
import { plainWords } from '../../src/virtual-agent/understand/plain.ts'
import { maskSecrets, tellsSecret } from '../../src/virtual-agent/understand/secrets.ts'
import { applicationsOf, emailsOf, priorityOf, requestNumbersOf } from '../../src/virtual-agent/understand/slots.ts'
import { makeUnderstanding } from '../../src/virtual-agent/understand/understanding.ts'

const colours = ['red', 'green', 'blue', 'yellow', 'black', 'white', 'brown', 'violet', 'orange', 'grey']
const made = (label: string, verb: string): readonly Example[] =>
  colours.map((colour) => ({ text: `${verb} the ${colour} ${label}`, label }))
const examples = [...made('lamp', 'switch on'), ...made('door', 'open'), ...made('letter', 'write me')]

describe('the classifier', () => {
  test('tells what it was taught apart, also misspelt', () => {
    const classifier = train(examples)
    expect(classifier.guess('please open that pink door')?.label).toBe('door')
    expect(classifier.guess('swich on the lampp')?.label).toBe('lamp')
    expect(classifier.guess('Write Me A LETTER')?.label).toBe('letter')
  })

  test('scores a stranger lower than what it knows, and says how many words it knows', () => {
    const classifier = train(examples)
    const known = classifier.guess('open the blue door')!
    const strange = classifier.guess('zebras gallop quickly')!
    expect(known.score).toBeGreaterThan(0.5)
    expect(known.known).toBe(1)
    expect(strange.score).toBeLessThan(0)
    expect(strange.known).toBe(0)
  })

  test('learns the same model twice', () => {
    const [a, b] = [train(examples), train(examples)]
    for (const { text } of examples) expect(a.guess(text)).toEqual(b.guess(text))
  })

  test('has nothing to say about a text without letters and digits, and refuses to learn a single intent', () => {
    expect(train(examples).guess('?! … 🙂')).toBeNull()
    expect(() => train(made('door', 'open'))).toThrow(/two intents are needed/)
  })

  test('reads any text: very long, right-to-left, emoji, lone surrogates', () => {
    const classifier = train(examples)
    for (const text of ['a'.repeat(100_000), 'שלום עולם', '🙂🙃', '\ud800x', '\u0000', 'ﬁne', 'e\u0301'])
      expect(() => classifier.guess(text)).not.toThrow()
    expect(featuresOf('ｏｐｅｎ').words).toEqual(featuresOf('open').words)
  })

  test('thirty intents of twenty phrases are learnt into a small model', () => {
    const many = Array.from({ length: 30 }, (_, intent) =>
      Array.from({ length: 20 }, (_, phrase) => ({
        text: `please word${intent} ${colours[phrase % 10]} thing${phrase} for case${(intent * 7 + phrase) % 40}`,
        label: `intent-${intent}`,
      })),
    ).flat()
    const classifier = train(many)
    expect(classifier.bytes).toBeLessThan(1_000_000)
    expect(many.filter(({ text, label }) => classifier.guess(text)?.label !== label)).toEqual([])
  })
})

describe('the bench of understanding', () => {
  test('measures accuracy in scope and how well strangers are told', () => {
    const result = measure(examples, [
      { text: 'open a door', label: 'door' },
      { text: 'switch on my lamp', label: 'lamp' },
      { text: 'open a letter box', label: 'lamp' },
      { text: 'how heavy is jupiter', label: null },
    ])
    expect(result).toMatchObject({ intents: 3, phrases: 30, inScope: 3, outOfScope: 1, auroc: 1, refusedAt95: 1 })
    expect(result.accuracy).toBeCloseTo(2 / 3)
  })

  test('counts ties in the area under the curve as half', () => {
    expect(areaUnderCurve([1, 2], [0])).toBe(1)
    expect(areaUnderCurve([0], [1, 2])).toBe(0)
    expect(areaUnderCurve([1], [1])).toBe(0.5)
  })
})

describe('phrase files', () => {
  test('say file and line where something is wrong', () => {
    expect(() => parseIntent('x.yaml', 'intent: a\ntitle: A\nphrases: [one, two]\n')).toThrow(
      /x\.yaml, line 3: phrases: at least five phrases/,
    )
    expect(() => parseIntent('x.yaml', 'intent: Bad Name\ntitle: A\nphrases: [a, b, c, d, e]\n')).toThrow(
      /x\.yaml, line 1: intent: must be lower-case/,
    )
    expect(() => parseIntent('x.yaml', 'intent: a\n  title: [')).toThrow(/x\.yaml, line \d+: /)
    expect(() => parseIntent('x.yaml', 'intent: a\ntitle: A\nphrase: [a]\n')).toThrow(/x\.yaml/)
  })

  test('take "yes", "true" and "2" as they are typed', () => {
    expect(parseIntent('x.yaml', 'intent: a\ntitle: A\nphrases: [yes, no, true, 2, on]\n').phrases).toEqual([
      'yes',
      'no',
      'true',
      '2',
      'on',
    ])
  })

  test('as shipped have at least 25 phrases each, and no phrase stands for two intents', async () => {
    const intents = await loadIntents(new URL('../../config/phrases', import.meta.url).pathname)
    const seen = new Map<string, string>()
    for (const { intent, phrases } of intents) {
      expect(phrases.length, intent).toBeGreaterThanOrEqual(25)
      for (const phrase of phrases) {
        expect(seen.get(phrase.toLowerCase()), phrase).toBeUndefined()
        seen.set(phrase.toLowerCase(), intent)
      }
    }
    const names = intents.map(({ intent }) => intent)
    for (const needed of [
      'greeting',
      'create_request',
      'reset_password',
      'account_locked',
      'talk_to_technician',
      'correction',
      'yes',
      'no',
    ])
      expect(names).toContain(needed)
  })

  test('teach a new intent by adding lines', () => {
    const base = [
      { intent: 'greeting', title: 'Hello', phrases: ['hi', 'hello', 'hey', 'good day', 'good morning'] },
      {
        intent: 'parking',
        title: 'Parking',
        phrases: ['where can i park', 'parking space', 'book a parking spot', 'is there parking', 'car park full'],
      },
    ]
    const understanding = makeUnderstanding(base)
    expect(understanding.read('Where can I park?')).toMatchObject({ band: 'act', intent: 'parking' })
    expect(understanding.titleOf('parking')).toBe('Parking')
  })

  test('write contractions and chat abbreviations out, and drop filling words', () => {
    expect(plainWords("pls don't, I can’t")).toEqual(['do', 'not', 'i', 'can', 'not'])
    expect(plainWords('please')).toEqual(['please'])
  })
})

describe('the language of a message', () => {
  test.each([
    ['mein Bildschirm ist schwarz und ich kann nicht arbeiten', 'de'],
    ['mon ordinateur ne marche plus', 'fr'],
    ['necesito ayuda con mi impresora', 'es'],
    ['la mia stampante non funziona', 'it'],
    ['preciso de ajuda com a minha senha', 'pt'],
    ['mijn laptop werkt niet meer', 'nl'],
    ['nie działa mi drukarka', 'pl'],
    ['şifremi unuttum', 'tr'],
    ['jag har glömt mitt lösenord', 'sv'],
    ['не работает принтер', 'ru'],
    ['допоможіть, не працює інтернет', 'uk'],
    ['ξέχασα τον κωδικό μου', 'el'],
    ['نسيت كلمة المرور', 'ar'],
    ['打印机坏了', 'zh'],
    ['プリンターが動きません', 'ja'],
    ['비밀번호를 잊어버렸어요', 'ko'],
  ])('"%s" is %s', (text, language) => expect(foreignLanguageOf(text)).toBe(language))

  test.each([
    'my printer does not work',
    'SAP',
    'outlook teams onedrive',
    'hi',
    'no',
    'I was in a war room',
    'die printer die',
    'reset',
    '12345',
    '',
    'café wifi down',
    'Müller needs access to the share',
  ])('"%s" is not foreign', (text) => expect(foreignLanguageOf(text)).toBeNull())
})

describe('passwords in a message', () => {
  test.each([
    'my password is Hunter2!',
    'pw: abc12345',
    'Password = Tr0ub4dor&3',
    'the password for my laptop is "correct"',
    'my pin is 48213',
    'my password was Sommer2024 but it fails',
    'passwort? no: password:geheim99',
  ])('are found in "%s"', (text) => {
    expect(tellsSecret(text)).toBe(true)
    expect(maskSecrets(text)).toContain('••••••••')
    for (const secret of ['Hunter2!', 'abc12345', 'Tr0ub4dor&3', '"correct"', '48213', 'Sommer2024', 'geheim99'])
      expect(maskSecrets(text)).not.toContain(secret)
  })
  test.each([
    'my password is not working',
    'my password is expired',
    'password is wrong!',
    'I forgot my password',
    'how long must a password be? 14 characters',
    'reset my password please',
    'the spinner is 100% there',
  ])('are not seen in "%s"', (text) => expect(maskSecrets(text)).toBe(text))
})

describe('slots', () => {
  test('numbers of requests', () => {
    expect(requestNumbersOf('status of INC-204 and sr 77')).toEqual(['INC-204', 'SR-77'])
    expect(requestNumbersOf('ticket no. 4471, and #99')).toEqual(['4471', '99'])
    expect(requestNumbersOf('request INC-12')).toEqual(['INC-12'])
    expect(requestNumbersOf('I have 3 monitors since 2019')).toEqual([])
  })
  test('priorities: the last one named counts', () => {
    expect(priorityOf('this is urgent')).toBe('high')
    expect(priorityOf('low, no, make it critical')).toBe('critical')
    expect(priorityOf('not urgent at all')).toBe('low')
    expect(priorityOf('P3 please')).toBe('medium')
    expect(priorityOf('my monitor')).toBeNull()
  })
  test('addresses and applications', () => {
    expect(emailsOf('write to Ana.Example@corp.example, ana.example@corp.example')).toEqual(['ana.example@corp.example'])
    expect(applicationsOf('teams and one drive crash, sapling not')).toEqual(['Microsoft Teams', 'OneDrive'])
    expect(applicationsOf('the timesheet', [['Timesheet 3000', ['timesheet']]])).toEqual(['Timesheet 3000'])
  })
})
