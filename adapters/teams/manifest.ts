import { createHash } from 'node:crypto'
import type { Json } from '../../src/channel/index.ts'
import type { TeamsConfig } from './config.ts'
import { type Pixel, png } from './png.ts'
import { zip } from './zip.ts'

/** What people see of the hub. */
export type Hub = { readonly name: string; readonly publicUrl: string }
export type AppPackage = {
  /** `acme-support-teams.zip`. */
  readonly fileName: string
  readonly bytes: Uint8Array
  readonly manifest: { readonly [key: string]: Json }
  /** What to do with it, for the person who asked for it. */
  readonly advice: string
}

/** https://learn.microsoft.com/microsoft-365/extensibility/schema */
const manifestVersion = '1.19'
const accent = [0x1f, 0x5f, 0xa8] as const
const hex = (color: readonly number[]) => `#${color.map((part) => part.toString(16).padStart(2, '0').toUpperCase()).join('')}`
const cut = (text: string, most: number) => {
  const characters = [...text.trim()]
  return characters.length <= most ? characters.join('') : `${characters.slice(0, most - 1).join('')}…`
}

/**
 * The app that an administrator uploads so that people find the bot: manifest and icons, the same bytes for the same account. Throws where
 * the hub has no public https address, which Teams asks for.
 */
export function makeManifest(keys: TeamsConfig, { name, publicUrl }: Hub): AppPackage {
  const url = URL.canParse(publicUrl) ? new URL(publicUrl) : undefined
  if (url?.protocol !== 'https:') throw new Error('A Teams app needs an https address of the hub: set hub.publicUrl.')
  const manifest = manifestOf(keys, name, url)
  const files = [
    { name: 'manifest.json', bytes: new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`) },
    { name: 'color.png', bytes: png(192, colored) },
    { name: 'outline.png', bytes: png(32, outlined) },
  ]
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  return {
    fileName: `${slug || 'switchboard'}-teams.zip`,
    bytes: zip(files),
    manifest,
    advice:
      'In the Teams admin center: Teams apps, Manage apps, Actions, Upload new app. To try it yourself: Teams, Apps, Manage your apps, Upload an app.',
  }
}

function manifestOf(keys: TeamsConfig, name: string, url: URL): AppPackage['manifest'] {
  const title = name.trim() || 'Switchboard'
  const page = (path: string) => new URL(path, url).href
  const what = 'Ask, open requests, approve, and talk to a technician.'
  const commands = [
    { title: 'Create Request', description: 'Tell what is wrong or what you need' },
    { title: 'Open Requests', description: 'See what became of your requests' },
    { title: 'Pending Approvals', description: 'Decide what waits for you' },
    { title: 'Talk to a technician', description: 'Be handed to a human' },
  ]
  return {
    $schema: `https://developer.microsoft.com/json-schemas/teams/v${manifestVersion}/MicrosoftTeams.schema.json`,
    manifestVersion,
    version: '1.0.0',
    id: guidOf(`switchboard teams app ${keys.appId.toLowerCase()}`),
    developer: { name: cut(title, 32), websiteUrl: page('/'), privacyUrl: page('/privacy'), termsOfUseUrl: page('/terms') },
    name: { short: cut(title, 30), full: cut(title, 100) },
    description: {
      short: cut(what, 80),
      full: cut(`${title}: ${what} Answers come in this chat; in a channel, mention it by name.`, 4000),
    },
    icons: { color: 'color.png', outline: 'outline.png' },
    accentColor: hex(accent),
    bots: [
      {
        botId: keys.appId,
        scopes: ['personal', 'team', 'groupChat'],
        supportsFiles: true,
        isNotificationOnly: false,
        commandLists: [{ scopes: ['personal', 'team', 'groupChat'], commands }],
      },
    ],
    permissions: ['identity', 'messageTeamMembers'],
    validDomains: [url.host],
    webApplicationInfo: { id: keys.appId, resource: 'https://RscPermission' },
    // Lets the hub hear when somebody has read an answer; un-mentioned messages are not asked for.
    authorization: { permissions: { resourceSpecific: [{ name: 'ChatMessageReadReceipt.Read.Chat', type: 'Application' }] } },
  }
}

/** The app's own id is another one than the bot's; made of that, so that a new package replaces the old one. RFC 9562, version 8. */
function guidOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x80
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** Two speech bubbles that overlap, on a square from 0 to 1. */
const isBubble = (x: number, y: number): boolean =>
  rounded(x, y, 0.16, 0.2, 0.68, 0.58, 0.1) || rounded(x, y, 0.4, 0.46, 0.84, 0.78, 0.1) || isTail(x, y)
const isTail = (x: number, y: number): boolean => y >= 0.56 && y <= 0.72 && x >= 0.24 && x <= 0.24 + (0.72 - y) * 0.9
const isGap = (x: number, y: number): boolean => rounded(x, y, 0.36, 0.42, 0.88, 0.82, 0.13) && !rounded(x, y, 0.4, 0.46, 0.84, 0.78, 0.1)

function rounded(x: number, y: number, left: number, top: number, right: number, bottom: number, radius: number): boolean {
  const dx = Math.max(left + radius - x, 0, x - (right - radius))
  const dy = Math.max(top + radius - y, 0, y - (bottom - radius))
  return dx * dx + dy * dy <= radius * radius && x >= left && x <= right && y >= top && y <= bottom
}

/** How much of a pixel the drawing covers, from four by four points in it. */
function coverage(x: number, y: number, size: number): number {
  let hit = 0
  for (let i = 0; i < 16; i++) {
    const [px, py] = [(x + (i % 4) / 4 + 0.125) / size, (y + Math.floor(i / 4) / 4 + 0.125) / size]
    if (isBubble(px, py) && !isGap(px, py)) hit++
  }
  return hit / 16
}

const colored = (x: number, y: number): Pixel => {
  const share = coverage(x, y, 192)
  const mix = (part: number) => Math.round(part + (255 - part) * share)
  return [mix(accent[0]), mix(accent[1]), mix(accent[2]), 255]
}

/** "Must be white with a transparent background": https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/apps-package#app-icons */
const outlined = (x: number, y: number): Pixel => [255, 255, 255, Math.round(coverage(x, y, 32) * 255)]
