import { z } from 'zod'
import { directory, mail, passwordReset, trust } from './directory.ts'
import { languageModel } from './language-model.ts'
import { remoteDesk } from './remote-desk.ts'
import { apiSettings, webhooks } from './request-edges.ts'
import { fileType, hours, proxy, publicAddress, size, slug, timezone } from './values.ts'

const days = (least: number, fallback: number) => z.int().min(least).max(36_500).default(fallback)
const stretches = z.array(hours).max(6).prefault([])

const chat = z.strictObject({
  enabled: z.boolean().default(true).describe('Offer the chat on the portal and in the widget.'),
  idleMinutes: z.int().min(5).max(10_080).default(60).describe('Close a chat after so many minutes without a word from either side.'),
})

const chatConsole = z.strictObject({
  enabled: z.boolean().default(true).describe('Show signed-in people their history: all channels, by date, source and text.'),
})

/** Endings that Windows, macOS or a browser would run when opened: https://learn.microsoft.com/office365/servicedescriptions/outlook-blocked-attachments */
const runnable = 'ade adp app bat chm cmd com cpl dll exe hta inf iso jar js jse lnk msc msi msp ps1 reg scr sct vb vbe vbs ws wsf wsh'

const attachments = z.strictObject({
  maxBytes: size.prefault('5 MB').describe('The largest file taken from or sent to a person, in bytes or as "5 MB".'),
  blockedTypes: z
    .array(fileType)
    .default(runnable.split(' '))
    .describe('Files never taken: endings without the dot, or MIME types (video/*). Replaces the default list.'),
})

const businessHours = z.strictObject({
  timezone: timezone.default('UTC').describe('The clock these hours are read on, such as Europe/Vienna; summer time is followed.'),
  monday: stretches.describe('When technicians are there, as a list of stretches such as "09:00-12:30"; empty: closed.'),
  tuesday: stretches.describe('The same for Tuesday.'),
  wednesday: stretches.describe('The same for Wednesday.'),
  thursday: stretches.describe('The same for Thursday.'),
  friday: stretches.describe('The same for Friday.'),
  saturday: stretches.describe('The same for Saturday.'),
  sunday: stretches.describe('The same for Sunday.'),
  holidays: z.array(z.iso.date()).max(400).default([]).describe('Days that are closed whatever their weekday, as "2027-01-01".'),
})

const team = z.strictObject({
  name: slug.describe('The name of the queue, in small letters, digits and dashes.'),
  title: z.string().min(1).max(80).optional().describe('What people read instead of the name.'),
  skills: z.array(slug).default([]).describe('What this team is asked for: a hand-off names a skill and comes here.'),
  members: z.array(z.email()).default([]).describe('The e-mail addresses of its technicians.'),
  overflow: slug.optional().describe('The team that is asked when nobody here takes the chat.'),
})

const routing = z.strictObject({
  capacity: z.int().min(1).max(100).default(4).describe('Chats a technician holds at once.'),
  offerSeconds: z.int().min(5).max(3_600).default(30).describe('How long one technician is asked before the next one is.'),
  maxWaitMinutes: z
    .int()
    .min(1)
    .max(1_440)
    .default(10)
    .describe('After so long in a queue a person is offered a request and a call-back instead.'),
  stickyMinutes: z
    .int()
    .min(0)
    .max(43_200)
    .default(1_440)
    .describe('Prefer the technician of the last chat when it was not longer ago; 0: never.'),
})

const people = z.strictObject({
  admins: z.array(z.email()).default([]).describe('E-mail addresses that become admins when they sign in, besides ADMIN_EMAIL.'),
  technicians: z.array(z.email()).default([]).describe('E-mail addresses that become technicians; members of teams already are.'),
})

const cannedAnswer = z.strictObject({
  key: slug.describe('What a technician types after a slash.'),
  title: z.string().min(1).max(80).optional().describe('What the list shows; the key where it is left out.'),
  text: z.string().min(1).max(4_000).describe('The answer, in Markdown.'),
})

const content = z.strictObject({
  knowledge: z.string().min(1).optional().describe('The folder of articles (*.md); what is shipped where it is left out.'),
  phrases: z.string().min(1).optional().describe('The folder of example phrases for the virtual agent (*.yaml); as above.'),
  catalogue: z.string().min(1).optional().describe('The catalogue of requests that people can open (a *.yaml file); as above.'),
})

const minutes = (respond: number, resolve: number, which: string) =>
  z
    .strictObject({
      respondMinutes: z.int().min(1).max(525_600).default(respond).describe('Answered within so many minutes of business hours.'),
      resolveMinutes: z.int().min(1).max(525_600).default(resolve).describe('Solved within so many minutes of business hours.'),
    })
    .prefault({})
    .describe(which)

const targets = z.strictObject({
  critical: minutes(15, 240, 'For requests of critical priority.'),
  high: minutes(60, 480, 'For those of high priority.'),
  medium: minutes(240, 1_440, 'For those of medium priority.'),
  low: minutes(480, 2_400, 'For those of low priority.'),
})

const approvals = z.strictObject({
  remindAfterDays: z
    .int()
    .min(0)
    .max(30)
    .default(1)
    .describe('Remind approvers after so many working days without a decision, and again after as many; 0: never.'),
  reminders: z.int().min(1).max(5).default(2).describe('How often; after as many days more the service desk is told, once.'),
})

const serviceDesk = z.strictObject({
  targets: targets.prefault({}).describe('How soon requests are to be answered and solved; without business hours, every minute counts.'),
  approvals: approvals.prefault({}).describe('Approvals that nobody decides.'),
  remote: remoteDesk.optional().describe('Another service desk that keeps the requests, over REST; the hub’s own where it is left out.'),
})

const retention = z.strictObject({
  historyDays: days(0, 0).describe('Delete messages and their files after so many days; 0: keep them.'),
  eventIdDays: days(30, 30).describe('Remember the ids of events so long, to know a redelivery; at least 30.'),
  rawRequestDays: days(1, 7).describe('Keep webhooks that were not understood so long, for quarantine and replay.'),
  auditDays: days(1, 365).describe('Keep the record of what admins and technicians did so long.'),
  questionDays: days(1, 365).describe('Keep questions that nobody could answer so long after they were last asked.'),
})

/** Everything under `hub:`, with its default; the one line of help is what the Admin pages and docs/channels.md show. */
export const hubSchema = z.strictObject({
  publicUrl: publicAddress.optional().describe('Where people and platforms reach the hub; http://HOST:PORT where it is left out.'),
  trustedProxies: z
    .array(proxy)
    .max(50)
    .default(['loopback'])
    .describe('Whose X-Forwarded-For is believed; limits per address count the people behind these proxies instead of the proxies.'),
  name: z.string().min(1).max(60).default('Switchboard').describe('What the desk is called in greetings and page titles.'),
  playground: z.boolean().default(false).describe('Play the platforms on this machine, to try channels without any account of theirs.'),
  guestAccess: z.boolean().default(true).describe('Let people chat who have not signed in.'),
  chat: chat.prefault({}).describe('The chat on the portal and in the widget.'),
  chatConsole: chatConsole.prefault({}).describe('The history page of signed-in people.'),
  attachments: attachments.prefault({}).describe('Which files pass.'),
  businessHours: businessHours.optional().describe('When technicians are there; always, where it is left out.'),
  teams: z
    .array(team)
    .min(1)
    .max(100)
    .superRefine((teams, context) => {
      const names = teams.map(({ name }) => name)
      for (const [index, { name, overflow }] of teams.entries()) {
        if (names.indexOf(name) !== index)
          context.addIssue({ code: 'custom', path: [index, 'name'], message: 'a name that no other team has' })
        if (overflow === undefined || (overflow !== name && names.includes(overflow))) continue
        context.addIssue({ code: 'custom', path: [index, 'overflow'], message: `the name of another team (${names.join(', ')})` })
      }
    })
    .prefault([{ name: 'service-desk', title: 'Service Desk' }])
    .describe('The queues. The first one takes what names no skill that another team has.'),
  routing: routing.prefault({}).describe('How a waiting person finds a technician.'),
  people: people.prefault({}).describe('Who may do what.'),
  mail: mail.optional().describe('How mail leaves; without it no code can be sent, and nobody can prove who they are by one.'),
  directory: directory.prefault({ kind: 'builtin' }).describe('Where the organisation’s accounts are, whose passwords people forget.'),
  passwordReset: passwordReset.prefault({}).describe('Help with passwords.'),
  trust: trust.prefault({}).describe('How well people are known.'),
  cannedAnswers: z
    .array(cannedAnswer)
    .max(500)
    .superRefine((answers, context) => {
      const words = answers.map(({ key }) => key)
      for (const [index, word] of words.entries()) {
        if (words.indexOf(word) !== index)
          context.addIssue({ code: 'custom', path: [index, 'key'], message: 'a key that no other answer has' })
      }
    })
    .default([])
    .describe('Ready answers for technicians.'),
  languageModel: languageModel.optional().describe('A language model that puts what articles say into words; off where it is left out.'),
  content: content.prefault({}).describe('Where articles, phrases and the catalogue are read from.'),
  serviceDesk: serviceDesk.prefault({}).describe('Requests and their targets.'),
  api: apiSettings.prefault({}).describe('The hub’s own API.'),
  webhooks: webhooks.describe('Other systems that are told what happens to requests.'),
  retention: retention.prefault({}).describe('How long things are kept.'),
})

/** What every account has, whatever its channel; all its other keys belong to the channel. */
export const accountSchema = z.looseObject({
  channel: z.string().describe('Which channel this is an account of.'),
  account: slug.describe('Your name for it: small letters, digits and dashes; it stands in the address of its webhook.'),
  onUncertain: z
    .enum(['resend', 'hold'])
    .default('resend')
    .describe('When the platform may or may not have taken a message: send it again and mark it, or hold it for a technician.'),
})

/** `hub:` with every default filled in and every path absolute. */
export type Settings = Omit<z.output<typeof hubSchema>, 'publicUrl' | 'content'> & {
  /** Without a slash at its end. */
  readonly publicUrl: string
  readonly content: { readonly knowledge: string; readonly phrases: string; readonly catalogue: string }
}
export type OnUncertain = z.output<typeof accountSchema>['onUncertain']
