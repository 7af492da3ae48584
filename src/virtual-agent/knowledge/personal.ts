import { maskSecrets } from '../understand/secrets.ts'

const EMAIL = /[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu
const DIGITS = /(?<![\p{L}\p{N}.:/])(?:\+|00)?\(?\d(?:[ ()/.-]{0,2}\d){6,14}(?![\p{L}\p{N}])/gu
const DATE_OR_ADDRESS = /^\d{4}-\d\d-\d\d|^\d{1,3}(?:\.\d{1,3}){3}$/

/** Seven digits or more with what people write between them, or nine without; days, addresses of machines and error codes are none. */
const isPhone = (digits: string): boolean =>
  !DATE_OR_ADDRESS.test(digits) && (/^[+(0]/.test(digits) || /\D/.test(digits) || digits.length >= 9)

/** Keys and tokens: long, of letters and digits, without a word's shape. */
const TOKEN = /(?<![\p{L}\p{N}/])(?=[\w+/=-]*\d)(?=[\w+/=-]*[A-Za-z])[\w+/=-]{20,}/gu
const LOGIN = /(:\/\/)[^\s/@]+:[^\s/@]+@/g

const withoutPeople = (text: string, email: string, phone: string): string =>
  text.replace(EMAIL, email).replace(DIGITS, (digits) => (isPhone(digits) ? phone : digits))

/** The text without what names a person or opens a door: passwords, keys, e-mail addresses, telephone numbers. */
export const maskPersonal = (text: string): string =>
  withoutPeople(maskSecrets(text).replace(LOGIN, '$1[secret]@').replace(TOKEN, '[secret]'), '[e-mail]', '[number]')

/** The text without passwords, e-mail addresses and telephone numbers: no article is about them. */
export const dropPersonal = (text: string): string => withoutPeople(maskSecrets(text).replace(/•+/g, ' '), ' ', ' ')
