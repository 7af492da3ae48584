import { classifyBy, type GraphRow } from '../../src/channel/kit/meta-graph.ts'

const row = (
  code: GraphRow['code'],
  kind: GraphRow['kind'],
  name: string,
  detail: string,
  more: Pick<GraphRow, 'retryAfterMs' | 'only' | 'attempts'> = {},
): GraphRow => ({ code, kind, name, detail, ...more })

const second = 1000
const hour = 3_600_000
const media = 'WhatsApp could not take the file: its kind or its content is not one of those it knows.'
const broken = 'Meta has restricted the account for a breach of its policies: look at WhatsApp Manager, Account quality.'
const template = 'WhatsApp does not take the template: its name, language, number of values or approval is not right.'

/** The pair rate: one message in 6 seconds to one person, 45 at once; https://developers.facebook.com/documentation/business-messaging/whatsapp/about-the-platform */
export const pairRate = 131056

/** The first row that fits holds. https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes (2025-12-12) */
export const table: readonly GraphRow[] = [
  row(
    pairRate,
    'throttled',
    'too_many_to_one_person',
    'Too many messages to this person in a short time; WhatsApp asks for longer and longer pauses.',
    { retryAfterMs: second, only: 'conversation' },
  ),
  row(130429, 'throttled', 'too_many_requests', 'The number sends more than WhatsApp allows it in a second.', { retryAfterMs: second }),
  row(4, 'throttled', 'too_many_requests', 'The app calls more often than Meta allows.', { retryAfterMs: 60 * second }),
  row(80007, 'throttled', 'too_many_requests', 'The WhatsApp account calls more often than Meta allows.', { retryAfterMs: 60 * second }),
  row(
    131048,
    'transient',
    'spam_rate',
    'Too many people have blocked or reported the number, so WhatsApp sends little for it: look at its quality.',
    { retryAfterMs: hour },
  ),
  row(
    131049,
    'rejected',
    'marketing_limit',
    'WhatsApp does not bring this person more marketing for now; not before 24 hours, and never in a loop.',
  ),
  row(
    131047,
    'unreachable',
    'needs_template',
    'More than 24 hours have passed since the person wrote: only an approved template can be sent.',
  ),
  row(
    470,
    'unreachable',
    'needs_template',
    'More than 24 hours have passed since the person wrote: only an approved template can be sent.',
  ),
  row(
    131026,
    'unreachable',
    'undeliverable',
    'It cannot be delivered: the person is not on WhatsApp, has an old version, or has not accepted its terms.',
  ),
  row(131021, 'unreachable', 'is_ourselves', 'The number cannot write to itself.'),
  row(131050, 'unreachable', 'stopped_marketing', 'The person has asked for no more marketing.'),
  row(131062, 'rejected', 'needs_number', 'This kind of template cannot go to a person whose number is not known.'),
  row(130472, 'rejected', 'experiment', "The person's number is part of an experiment of WhatsApp: this was not delivered."),
  row(131051, 'rejected', 'kind_unknown', 'WhatsApp does not carry this kind of message.'),
  row([131052, 131053], 'rejected', 'bad_file', media),
  row([132000, 132069], 'rejected', 'bad_template', template),
  row(135000, 'rejected', 'bad_request', 'WhatsApp does not take this message as it is.'),
  row([131008, 131009], 'rejected', 'bad_request', 'WhatsApp misses a part of this message, or does not take one.'),
  row(131030, 'unreachable', 'not_a_test_number', 'A test number writes only to people on its list: App Dashboard, WhatsApp, API Setup.'),
  row(2, 'transient', 'temporary', 'WhatsApp has a problem.'),
  row(131000, 'transient', 'temporary', 'WhatsApp has a problem.'),
  row(131016, 'transient', 'temporary', 'WhatsApp has a problem.'),
  row(133004, 'transient', 'temporary', 'WhatsApp has a problem.'),
  row(131057, 'transient', 'maintenance', 'The number is being moved to another throughput; that takes some minutes.', {
    retryAfterMs: 60 * second,
  }),
  row(1, 'transient', 'unknown_error', 'Meta does not say what is wrong; if it stays, look at the permissions of the token.', {
    attempts: 3,
  }),
  row(0, 'unauthorized', 'token_invalid', 'The access token does not hold any more: generate a new one for the system user.'),
  row(190, 'unauthorized', 'token_invalid', 'The access token has expired or was revoked: generate a new one for the system user.'),
  row(3, 'unauthorized', 'no_permission', 'The token lacks whatsapp_business_messaging, or the app is not allowed to send.'),
  row(10, 'unauthorized', 'no_permission', 'The token lacks whatsapp_business_messaging, or the app is not allowed to send.'),
  row([200, 299], 'unauthorized', 'no_permission', 'The token lacks whatsapp_business_messaging, or the app is not allowed to send.'),
  row(131005, 'unauthorized', 'no_permission', 'The token lacks whatsapp_business_messaging, or the app is not allowed to send.'),
  row(368, 'unauthorized', 'restricted', broken),
  row(131031, 'unauthorized', 'restricted', broken),
  row(130497, 'unreachable', 'restricted_country', 'The account may not write to people in this country.'),
  row(131042, 'unauthorized', 'payment', 'Meta cannot charge the account: look at its payment method in Business Settings.'),
  row(131037, 'unauthorized', 'display_name', "The number's display name is not approved yet: WhatsApp Manager, Phone numbers."),
  row(33, 'unauthorized', 'number_unknown', 'Meta knows no such number for this token: look at phoneNumberId.'),
  row(131045, 'unauthorized', 'number_unregistered', 'The number is not registered for the Cloud API: register it with its PIN.'),
  row(133010, 'unauthorized', 'number_unregistered', 'The number is not registered for the Cloud API: register it with its PIN.'),
  row(
    2200,
    'rejected',
    'callback_failed',
    'Meta could not reach the hub at this address, or it did not give the challenge back: it must run, be reachable by https, and know verifyToken.',
  ),
  row(100, 'rejected', 'bad_request', 'WhatsApp does not take this message as it is.'),
]

/** Pure and total. */
export const classify = classifyBy(table)
