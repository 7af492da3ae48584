import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'

/** What the hub's secret is used for here, each with a key of its own. */
export type Seals = {
  /** AES-256-GCM; another text each time. */
  seal(plain: string): string
  /** Throws where the text is none of ours. */
  open(sealed: string): string
  /** HMAC-SHA256 as hex; `of` names what is hashed, so that one kind never stands for another. */
  mac(of: 'code' | 'reset-link', text: string): string
}

const keyOf = (secret: string, use: string): Buffer => Buffer.from(hkdfSync('sha256', secret, 'switchboard', use, 32))
const ivBytes = 12
const tagBytes = 16

export function makeSeals(secret: string): Seals {
  const letters = keyOf(secret, 'letters')
  const macs = { code: keyOf(secret, 'code'), 'reset-link': keyOf(secret, 'reset-link') }
  return {
    seal(plain) {
      const iv = randomBytes(ivBytes)
      const cipher = createCipheriv('aes-256-gcm', letters, iv)
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
      return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64')
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, 'base64')
      const decipher = createDecipheriv('aes-256-gcm', letters, bytes.subarray(0, ivBytes), { authTagLength: tagBytes })
      decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes))
      return Buffer.concat([decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]).toString('utf8')
    },
    mac: (of, text) => createHmac('sha256', macs[of]).update(text, 'utf8').digest('hex'),
  }
}
