import { z } from 'zod'
import { isLoopback } from './loopback.ts'
import { slug } from './values.ts'

/** An address that secrets may be sent to: https, or on this machine. No user and password in it: no call is made to such an address, and it is shown to admins. */
export const safeAddress = z
  .string()
  .max(2_000)
  .refine(
    (value) => URL.canParse(value) && (new URL(value).protocol === 'https:' || (new URL(value).protocol === 'http:' && isLoopback(value))),
    {
      error: 'an https:// address (http:// only on this machine)',
    },
  )
  .refine((value) => !URL.canParse(value) || (new URL(value).username === '' && new URL(value).password === ''), {
    error: 'an address without a user and password in it',
  })

const scope = z.enum(['requests:read', 'requests:write', 'approvals:read', 'approvals:write'])
const apiKey = z.strictObject({
  name: slug.describe('What the record calls this system.'),
  key: z
    .string()
    .regex(/^[\x21-\x7e]{24,500}$/, { error: '24 to 500 characters without spaces' })
    .meta({ secret: true })
    .describe('What it sends as Authorization: Bearer.'),
  scopes: z.array(scope).min(1).describe('All that it may do.'),
})
const names = (list: readonly { readonly name: string }[], context: z.RefinementCtx): void => {
  for (const [index, { name }] of list.entries())
    if (list.findIndex((other) => other.name === name) !== index)
      context.addIssue({ code: 'custom', path: [index, 'name'], message: 'a name that no other entry has' })
}
export const apiSettings = z.strictObject({
  keys: z.array(apiKey).max(100).superRefine(names).default([]).describe('Other systems that may call the API.'),
})

const kind = z.enum([
  'opened',
  'changed',
  'commented',
  'noted',
  'file-added',
  'linked',
  'unlinked',
  'approval-asked',
  'approval-decided',
  'approval-reminded',
  'approval-overdue',
  'resolved',
  'reopened',
  'closed',
  'cancelled',
  'target-missed',
])
const webhook = z.strictObject({
  name: slug.describe('What the Admin pages call it; another name begins anew.'),
  url: safeAddress.describe('Where events are sent: https, unless it is on this machine.'),
  secret: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, { error: '`whsec_` and at least 24 random bytes in base64' })
    .meta({ secret: true })
    .describe('Signs what is sent, as Standard Webhooks has it.'),
  events: z.array(kind).default([]).describe('Which kinds of events; all of them where it is empty.'),
})
export const webhooks = z.array(webhook).max(20).superRefine(names).default([])
