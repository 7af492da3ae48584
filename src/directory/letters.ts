import type { CodePurpose } from '../core/directory.ts'

/** What a mail says; `html` says the same as `text`. */
export type Letter = { readonly subject: string; readonly text: string; readonly html: string }

type Said = {
  readonly subject: string
  readonly hello: string
  readonly before: readonly string[]
  readonly shown?: string
  readonly after: readonly string[]
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')
/** A name of somebody's or of the desk's on one line. */
const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim()

function letter(desk: string, { subject, hello, before, shown, after }: Said): Letter {
  const name = oneLine(desk)
  const lines = [hello, ...before, ...(shown === undefined ? [] : [`    ${shown}`]), ...after, name]
  const paragraph = (text: string): string => `<p style="margin:0 0 14px">${escaped(text)}</p>`
  const big =
    shown === undefined
      ? ''
      : `<p style="margin:0 0 18px;font:600 28px/1.2 ui-monospace,Menlo,Consolas,monospace;letter-spacing:4px">${escaped(shown)}</p>`
  const body = [...[hello, ...before].map(paragraph), big, ...[...after, name].map(paragraph)].join('')
  return {
    subject: oneLine(subject),
    text: `${lines.join('\n\n')}\n`,
    html: `<!doctype html><html lang="en"><body style="margin:0;padding:24px;background:#eef1f4"><div style="max-width:480px;margin:0 auto;padding:28px;border-radius:12px;background:#ffffff;color:#18212b;font:15px/1.55 system-ui,Segoe UI,Helvetica,Arial,sans-serif">${body}</div></body></html>`,
  }
}

const wanted: { readonly [Purpose in CodePurpose]: string } = {
  link: 'You, or somebody who gave this address, want to link a chat to it.',
  approval: 'You, or somebody who gave this address, want to decide an approval in a chat.',
  password: 'You, or somebody who gave this address, asked for help with your account or its password in a chat.',
}

/** The mail with a code. */
export const codeLetter = (desk: string, purpose: CodePurpose, code: string, minutes: number): Letter =>
  letter(desk, {
    subject: `${code} is your code for ${oneLine(desk)}`,
    hello: 'Hello,',
    before: [wanted[purpose], 'Type this code into the chat:'],
    shown: code,
    after: [
      `It is good for ${minutes} minutes. We never ask for it by telephone, and nobody else needs it: pass it on to nobody.`,
      'If this was not you, there is nothing to do: without the code nothing happens.',
    ],
  })

/** Told to the owner of an account after its password was set by a link. */
export const changedLetter = (desk: string, name: string): Letter =>
  letter(desk, {
    subject: `Your password was changed`,
    hello: `Hello ${oneLine(name)},`,
    before: [
      'the password of your account has just been changed through a link from the support chat. Everywhere else you were signed out.',
    ],
    after: ['If this was not you, write to your support desk at once: somebody else may have access to your mail.'],
  })

/** Told to the owner of an account after it was unlocked. */
export const unlockedLetter = (desk: string, name: string): Letter =>
  letter(desk, {
    subject: 'Your account was unlocked',
    hello: `Hello ${oneLine(name)},`,
    before: ['your account was locked, and has just been unlocked through the support chat. Your password is the same as before.'],
    after: ['If this was not you, write to your support desk at once: somebody else may have access to your mail.'],
  })
