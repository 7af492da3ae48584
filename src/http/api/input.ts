import { z } from 'zod'

/** Postgres keeps neither NUL nor half of a surrogate pair; nobody types either. */
const clean = (given: string) => given.toWellFormed().replaceAll('\0', '\ufffd')

/** Words of a human; blank ones are refused. */
export const words = (longest: number) =>
  z
    .string()
    .max(longest)
    .refine((given) => given.trim() !== '', { error: 'expected some text' })
    .transform(clean)

/** Made by the client, so that what is sent twice happens once. */
export const clientKey = z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, { error: 'expected 1 to 64 characters of A-Z, a-z, 0-9, _ . and -' })

const choice = z.strictObject({ value: words(1_000), label: words(200) })

/** What the platform puts in has a limit of its own; this one only keeps the request small. */
const template = z.strictObject({
  type: z.literal('template'),
  name: words(512),
  language: z.string().regex(/^[A-Za-z]{2,3}(_[A-Za-z]{2,4})?$/, { error: 'expected a language such as en or en_US' }),
  values: z.array(words(1_000)).max(50),
})

/** `ActBody`: what a technician can do in a conversation. */
export const actBody = z.discriminatedUnion(
  'do',
  [
    z.strictObject({ key: clientKey, do: z.enum(['accept', 'take-over', 'return', 'close']) }),
    z
      .strictObject({
        key: clientKey,
        do: z.literal('say'),
        text: z.string().max(20_000).default('').transform(clean),
        choices: z.array(choice).min(1).max(20).optional(),
        files: z.array(z.uuid()).min(1).max(10).optional(),
        content: z.tuple([template]).optional().describe('A template instead of words: one of this conversation’s templates.'),
      })
      .refine(({ text, files, choices, content }) => content === undefined || (text === '' && !files && !choices), {
        path: ['content'],
        error: 'expected a template alone, without text, choices or files',
      })
      .refine(
        ({ text, files, choices, content }) =>
          content !== undefined || text.trim() !== '' || (files !== undefined && choices === undefined),
        {
          path: ['text'],
          error: 'expected some text, or a file',
        },
      ),
    z.strictObject({ key: clientKey, do: z.literal('note'), text: words(20_000) }),
    z.strictObject({
      key: clientKey,
      do: z.literal('transfer'),
      to: z.strictObject({
        skill: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, { error: 'expected a skill in small letters, digits and dashes' }),
      }),
      note: words(4_000).optional(),
    }),
  ],
  { error: 'expected what to do: accept, take-over, say, note, transfer, return or close' },
)
export type Act = z.output<typeof actBody>

/** One moment, or a whole day on the clock of UTC. */
const moment = z.union([z.iso.datetime({ offset: true }), z.iso.date()], {
  error: 'expected a day (2027-01-31) or a moment (2027-01-31T12:00:00Z)',
})

/** The query of GET /api/history. */
export const historyQuery = z.strictObject({
  person: z.string().min(1).max(200).optional().describe('Whose history; people see only their own, whatever they ask for.'),
  conversation: z.uuid().optional(),
  source: z
    .union([z.string().max(60), z.array(z.string().max(60)).max(20)])
    .transform((given) => [given].flat())
    .optional()
    .describe('Telegram, Technician Chat …; given several times, any of them.'),
  from: moment.optional().describe('The first moment, or day (UTC), that counts.'),
  to: moment.optional().describe('The moment that counts no more, or the last day (UTC) that does.'),
  text: words(200).optional(),
  before: z.string().min(1).max(300).optional().describe('Where the last page ended: its `next`.'),
  limit: z.coerce.number().int().min(1).max(100).default(50),
})
