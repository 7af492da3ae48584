import { z } from 'zod'
import { safeAddress } from './request-edges.ts'

const path = (...holes: readonly string[]) =>
  z
    .string()
    .max(2_000)
    .refine((value) => value.startsWith('/') && holes.every((hole) => value.includes(`{${hole}}`)), {
      error: `a path that begins with /${holes.length > 0 ? ` and holds ${holes.map((hole) => `{${hole}}`).join(' and ')}` : ''}`,
    })
const field = (what: string) => z.string().min(1).max(200).describe(what)
const status = z.enum(['approval', 'open', 'in-progress', 'waiting', 'resolved', 'closed', 'cancelled', 'rejected'])

const auth = z.strictObject({
  user: z.string().min(1).max(200).optional().describe('For Basic authentication, with `password`.'),
  password: z.string().min(1).meta({ secret: true }).optional().describe('The password of `user`.'),
  bearer: z.string().min(1).meta({ secret: true }).optional().describe('A token, instead of user and password.'),
})

const requests = (what: string) =>
  z
    .strictObject({
      create: path().describe('Where a new one is posted.'),
      update: path('id').describe('Where one is changed (PATCH).'),
      byNumber: path('value').describe('Finds one by its number.'),
      byKey: path('value').describe('Finds one by the key that the hub gave it, so that nothing is filed twice.'),
      byIdentity: path('value').describe('Finds those of a person, newest first; {limit} is how many.'),
      byEmail: path('value').describe('Finds those of an address, newest first.'),
      prefix: z.string().max(10).describe('What its numbers begin with.'),
      digits: z.int().min(1).max(15).default(1).describe('Numbers are filled up with zeros to so many digits.'),
      fields: z
        .strictObject({
          id: field('The record’s own id.'),
          number: field('What people call it by.'),
          key: field('The key that the hub gives it.'),
          identity: field('Whose it is, in the hub’s words.'),
          email: field('The address of whose it is; read only.'),
          subject: field('What it is about, in a line.'),
          description: field('All that was said.'),
          status: field('How far it has come.'),
          priority: field('How urgent it is.'),
          openedAt: field('When it was opened.'),
          changedAt: field('When it was changed last.'),
          resolvedAt: field('When it was solved.'),
          resolution: field('How it was solved.'),
          comment: field('What is written here becomes a comment that the requester sees.'),
        })
        .describe('What the fields of its records are called.'),
      statuses: z.record(z.string(), status).describe('Its states, and ours.'),
      priorities: z.record(z.string(), z.enum(['low', 'medium', 'high', 'critical'])).describe('Its priorities, and ours.'),
      set: z.record(z.string(), z.string()).default({}).describe('Written on every new record as it stands here.'),
      reopen: z.record(z.string(), z.string()).describe('Written to open one again.'),
      cancel: z.record(z.string(), z.string()).describe('Written to cancel one.'),
    })
    .describe(what)

const comments = z.strictObject({
  list: path('id').describe('Lists the comments of a record that its requester may see, oldest first.'),
  at: field('When it was written.'),
  by: field('Who wrote it.'),
  text: field('What it says.'),
})

const approvals = z.strictObject({
  waiting: path('value').describe('Lists what waits for an address, longest waiting first.'),
  one: path('id').describe('Reads one by its id.'),
  decide: path('id').describe('Where the decision is written (PATCH).'),
  id: field('The approval’s own id.'),
  state: field('How far it has come.'),
  email: field('The approver’s address.'),
  number: field('The number of its request.'),
  subject: field('What the request is about.'),
  description: field('All that was said in it.'),
  requester: field('Whose request it is.'),
  requesterEmail: field('Their address.'),
  openedAt: field('Since when it waits.'),
  comment: field('The approver’s words.'),
  states: z.record(z.string(), z.enum(['later', 'pending', 'approved', 'rejected', 'withdrawn'])).describe('Its states, and ours.'),
})

/** A service desk elsewhere, over REST: where things are, and what they are called there. */
export const remoteDesk = z.strictObject({
  baseUrl: safeAddress
    .transform((value) => value.replace(/\/+$/, ''))
    .describe('Where it is reached: https, unless it is on this machine.'),
  auth: auth
    .refine(({ user, password, bearer }) => (bearer === undefined ? user !== undefined && password !== undefined : user === undefined), {
      error: 'either user and password, or bearer',
    })
    .describe('How the hub proves who it is.'),
  timeoutSeconds: z.int().min(1).max(60).default(10).describe('How long an answer may take.'),
  result: z
    .string()
    .max(100)
    .default('result')
    .describe('The field of an answer that holds the record or the list; empty: the answer itself.'),
  link: z
    .string()
    .max(2_000)
    .refine((value) => value.includes('{number}') || value.includes('{id}'), { error: 'an address with {number} or {id} in it' })
    .optional()
    .describe('Where the requester reads on.'),
  incident: requests('Where incidents are.'),
  serviceRequest: requests('Where service requests are.'),
  comments: comments.optional().describe('Where comments are read; without it none are shown.'),
  approvals: approvals.optional().describe('Where approvals are; without it there are none.'),
})
