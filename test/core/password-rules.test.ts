import { describe, expect, test } from 'vitest'
import { faultsOf } from '../../src/core/password-rules.ts'

const email = 'ada.lovelace@example.com'

describe('a password', () => {
  test.each([
    'seven lanterns drift',
    'Gießkanne & Mondlicht',
    'kR7#vx2!pQ9z',
    'correct horse battery',
    '犬も歩けば棒に当たるですね',
    'my aunt collects 40 clocks',
  ])('is taken: %s', (password) => expect(faultsOf(password, email)).toEqual([]))

  test.each([
    ['short', /at least 12/],
    ['', /at least 12/],
    ['x'.repeat(129), /at most 128/],
    ['ada.lovelace@example.com', /e-mail address/],
    ['ADA.Lovelace@Example.com', /e-mail address/],
    ['ada.lovelace2026!', /e-mail address/],
    ['Password1234', /guessed first/],
    ['password12345!', /guessed first/],
    ['P4ssw0rd!!!!!', /guessed first/],
    ['123456789012', /guessed first/],
    ['qwertyuiopas', /guessed first/],
    ['asdfghjklzxc', /guessed first/],
    ['abcdefghijkl', /guessed first/],
    ['aaaaaaaaaaaa', /guessed first/],
    ['abcabcabcabcabc', /guessed first/],
    ['correcthorsebatterystaple', /guessed first/],
    ['Correct Horse Battery Staple', /guessed first/],
    ['summer2026!!!', /guessed first/],
    ['two words\nand a line', /cannot be seen/],
  ])('is refused, with what to do: %j', (password, words) => expect(faultsOf(password, email).join(' ')).toMatch(words))
})
