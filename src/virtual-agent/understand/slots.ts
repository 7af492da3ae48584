import { daysOf } from './days.ts'

export type Priority = 'low' | 'medium' | 'high' | 'critical'

/** What a message says besides its wish. Days are ISO days (`2026-06-01`). */
export type Slots = {
  readonly requests: readonly string[]
  readonly priority: Priority | null
  readonly emails: readonly string[]
  readonly days: readonly string[]
  readonly applications: readonly string[]
}

const PREFIXED = /\b(inc|sr|req)[\s-]*#?\s*(\d{1,8})\b/giu
const NAMED = /\b(?:ticket|request|case|incident|order|number)s?(?:\s+(?:no\.?|nr\.?|number|id))?\s*#?\s*(\d{2,8})\b/giu
const HASHED = /(?:^|\s)#(\d{2,8})\b/gu

/** Numbers of requests, in the order they are said; `INC-` and `SR-` as they are printed, bare numbers without a prefix. */
export const requestNumbersOf = (text: string): readonly string[] => {
  const found: { at: number; number: string }[] = []
  for (const match of text.matchAll(PREFIXED)) found.push({ at: match.index, number: `${match[1]!.toUpperCase()}-${match[2]!}` })
  for (const pattern of [NAMED, HASHED]) {
    for (const match of text.matchAll(pattern)) {
      if (!found.some(({ number }) => number === match[1] || number.endsWith(`-${match[1]}`)))
        found.push({ at: match.index, number: match[1]! })
    }
  }
  return found.sort((a, b) => a.at - b.at).map(({ number }) => number)
}

const PRIORITIES: readonly (readonly [Priority, RegExp])[] = [
  ['critical', /\b(?:critical|emergency|p1|prio(?:rity)?\s*1|highest|blocker|outage)\b/iu],
  ['high', /\b(?:high|urgent(?:ly)?|asap|important|p2|prio(?:rity)?\s*2|right away|immediately)\b/iu],
  ['medium', /\b(?:medium|normal|moderate|p3|prio(?:rity)?\s*3)\b/iu],
  ['low', /\b(?:low|p4|prio(?:rity)?\s*4|no (?:hurry|rush)|not urgent|whenever (?:you|possible|it suits|convenient))\b/iu],
]

/** The priority that is named; where several are, the last one counts ("low, no, high"). "Not urgent" is low. */
export const priorityOf = (text: string): Priority | null => {
  const plain = text.replace(/\bnot (?:so |very |that )?(?:urgent|important)\b/giu, 'p4')
  let best: { at: number; priority: Priority } | null = null
  for (const [priority, pattern] of PRIORITIES) {
    for (const match of plain.matchAll(new RegExp(pattern, 'giu'))) {
      if (best === null || match.index > best.at) best = { at: match.index, priority }
    }
  }
  return best?.priority ?? null
}

const PLAIN_PRIORITY =
  /\b(?:urgent(?:ly)?|asap|critical|emergency|outage|right away|immediately|p[1-4]|no (?:hurry|rush)|whenever you|(?:low|medium|normal|high|highest|top)[ -](?:prio(?:rity)?|urgency|importance)|prio(?:rity)?\W{1,3}(?:is )?(?:low|medium|normal|high|critical|[1-4]))\b/iu

/** The priority that a longer text names without doubt: "high" alone between commas, "urgent", "high priority"; not the "high" of a high noise. */
export const priorityNamedIn = (text: string): Priority | null => {
  const alone = text.split(/[,.;!\n–]|\s-\s/).find((clause) => clause.trim().split(/\s+/).length <= 2 && priorityOf(clause) !== null)
  if (alone !== undefined) return priorityOf(alone)
  return PLAIN_PRIORITY.test(text) ? priorityOf(text) : null
}

const EMAIL = /[\p{L}\p{N}._%+-]+@(?:[\p{L}\p{N}-]+\.)+\p{L}{2,24}/gu

/** E-mail addresses, lower-cased, each once. */
export const emailsOf = (text: string): readonly string[] => [...new Set((text.match(EMAIL) ?? []).map((email) => email.toLowerCase()))]

/** Names of applications, with what people write instead. */
const APPLICATIONS: readonly (readonly [string, readonly string[]])[] = [
  ['Microsoft Teams', ['teams', 'ms teams']],
  ['Outlook', ['outlook']],
  ['OneDrive', ['onedrive', 'one drive']],
  ['SharePoint', ['sharepoint', 'share point']],
  ['Excel', ['excel']],
  ['Word', ['ms word', 'microsoft word']],
  ['PowerPoint', ['powerpoint', 'power point']],
  ['Acrobat', ['acrobat', 'adobe reader']],
  ['Photoshop', ['photoshop']],
  ['SAP', ['sap']],
  ['Salesforce', ['salesforce']],
  ['Jira', ['jira']],
  ['Confluence', ['confluence']],
  ['Slack', ['slack']],
  ['Zoom', ['zoom']],
  ['Chrome', ['chrome']],
  ['Edge', ['ms edge', 'microsoft edge', 'edge browser']],
  ['Firefox', ['firefox']],
  ['VPN', ['vpn']],
  ['Windows', ['windows']],
]

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

type Named = readonly [string, RegExp]
const patternOf = ([name, written]: readonly [string, readonly string[]]): Named => [
  name,
  new RegExp(`(?<![\\p{L}\\p{N}])(?:${[name, ...written].map(escaped).join('|')})(?![\\p{L}\\p{N}])`, 'iu'),
]
const KNOWN = APPLICATIONS.map(patternOf)

/** The applications that are named, by their proper names; `further` are an admin's own (proper name first). */
export const applicationsOf = (text: string, further: readonly (readonly [string, readonly string[]])[] = []): readonly string[] =>
  [...further.map(patternOf), ...KNOWN].flatMap(([name, pattern]) => (pattern.test(text) ? [name] : []))

/** Everything at once. Pure; `now` is ISO 8601, days are counted in UTC. */
export const slotsOf = (text: string, now: string): Slots => ({
  requests: requestNumbersOf(text),
  priority: priorityOf(text),
  emails: emailsOf(text),
  days: daysOf(text, now),
  applications: applicationsOf(text),
})
