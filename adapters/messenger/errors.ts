import { classifyBy, type GraphRow } from '../../src/channel/kit/meta-graph.ts'

const broken = (code: GraphRow['code'], name: string, detail: string, subcode?: number): GraphRow => ({
  code,
  ...(subcode === undefined ? {} : { subcode }),
  kind: 'unauthorized',
  name,
  detail,
})
const row = (code: GraphRow['code'], subcode: number | undefined, kind: GraphRow['kind'], name: string, detail: string): GraphRow => ({
  code,
  ...(subcode === undefined ? {} : { subcode }),
  kind,
  name,
  detail,
})
/** `wait` in milliseconds holds where Meta tells no time; the limits count over an hour or a day. */
const tooMany = (code: number, wait: number, detail: string): GraphRow => ({
  code,
  kind: 'throttled',
  name: 'too_many_requests',
  detail,
  retryAfterMs: wait,
})

const outside = 'More than 24 hours have passed since the person wrote; a technician may still answer within 7 days, nobody afterwards.'
const noPerson = 'The person cannot be written to now: they have blocked the page, deleted the chat or left Messenger.'
const noRight = 'The page token lacks the permission to send (pages_messaging), or the app is not approved for people outside of its team.'

/** Ours, for code 10 on a message with a tag; Meta's subcodes are above zero. */
export const tagRefused = -1

/** The first row that fits holds. https://developers.facebook.com/docs/messenger-platform/error-codes (2026-03-18) */
export const table: readonly GraphRow[] = [
  broken(190, 'token_invalid', 'The page access token has expired or was revoked: generate a new one in Messenger API Settings.'),
  broken(102, 'token_invalid', 'The page access token has expired or was revoked: generate a new one in Messenger API Settings.'),
  row(10, 2018278, 'unreachable', 'outside_window', outside),
  row(10, 2018065, 'unreachable', 'outside_window', outside),
  row(10, 2534022, 'unreachable', 'outside_window', outside),
  row(
    10,
    tagRefused,
    'unreachable',
    'human_agent_not_approved',
    'The app may not use HUMAN_AGENT: ask for the feature Human Agent in App Review. Until then nobody can answer after 24 hours.',
  ),
  row(10, 2018108, 'unreachable', 'person_unavailable', noPerson),
  row(200, 1545041, 'unreachable', 'person_unavailable', noPerson),
  row(551, undefined, 'unreachable', 'person_unavailable', noPerson),
  row(100, 2018001, 'unreachable', 'person_unknown', 'Messenger knows no such person for this page.'),
  row(100, 2018109, 'rejected', 'too_large', 'The file is larger than Messenger takes.'),
  row(100, 2018047, 'rejected', 'bad_file', 'Messenger could not take the file: its kind and its content do not fit.'),
  row(100, 2018008, 'rejected', 'bad_file', 'Messenger could not fetch the file from its address.'),
  row(100, 2018294, 'rejected', 'bad_file', 'Messenger could not process the video in time.'),
  row(100, 2018074, 'rejected', 'attachment_gone', 'Messenger does not know the uploaded file any more.'),
  row(
    100,
    undefined,
    'rejected',
    'bad_request',
    'Messenger does not take this message as it is; tags other than HUMAN_AGENT are refused since 2026-04-27.',
  ),
  row(
    2200,
    undefined,
    'rejected',
    'callback_failed',
    'Meta could not reach the hub at this address, or it did not give the challenge back: it must run, be reachable by https, and know verifyToken.',
  ),
  tooMany(613, 5_000, 'The page sends more than Messenger allows.'),
  tooMany(4, 60_000, 'The app calls more often than Meta allows.'),
  tooMany(17, 60_000, 'The account calls more often than Meta allows.'),
  tooMany(32, 60_000, 'The page calls more often than Meta allows.'),
  tooMany(80006, 60_000, 'The page sends more than Messenger allows.'),
  broken(10, 'no_permission', noRight),
  broken(230, 'no_permission', noRight),
  broken(3, 'no_permission', noRight),
  broken([200, 299], 'no_permission', noRight),
  broken(368, 'page_restricted', 'Meta has restricted the page for a breach of its policies: look at Page quality.'),
  row(2, undefined, 'transient', 'temporary', 'Messenger has a problem, or the person has blocked the page.'),
  row(1200, undefined, 'transient', 'temporary', 'Messenger has a problem.'),
  {
    code: 1,
    kind: 'transient',
    name: 'unknown_error',
    detail: 'Meta does not say what is wrong; if it stays, look at the permissions of the page token.',
    attempts: 3,
  },
]

/** Pure and total. */
export const classify = classifyBy(table)
