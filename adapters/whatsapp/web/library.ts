import { existsSync } from 'node:fs'
import { PlatformError } from '../../../src/channel/index.ts'

export type Library = typeof import('whatsapp-web.js')

/** The library, which is an optional dependency: loaded when an account uses it, and not before. */
export async function loadLibrary(load: () => Promise<{ readonly default: Library }> = () => import('whatsapp-web.js')): Promise<Library> {
  try {
    return (await load()).default
  } catch (cause) {
    const message =
      'transport: web needs the package whatsapp-web.js, which is not installed: run "npm install whatsapp-web.js", and restart.'
    throw new PlatformError({ status: 501, code: 'library_missing', message }, { cause })
  }
}

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** The browser to start; the library's own download is never used. */
export function findChromium(given: string | undefined, exists: (path: string) => boolean = existsSync): string {
  const found = given === undefined ? usualPlaces.find(exists) : exists(given) ? given : undefined
  if (found !== undefined) return found
  const message =
    given === undefined
      ? 'transport: web needs Chromium, and none was found: install it ("apt-get install chromium"), or name it by chromiumPath.'
      : `There is no Chromium at chromiumPath (${given}).`
  throw new PlatformError({ status: 501, code: 'chromium_missing', message })
}
