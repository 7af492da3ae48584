import { type Failure, type FailureKind, PlatformError } from '../../src/channel/index.ts'
import { classifyWith, NotPrepared } from '../../src/channel/kit/classify.ts'

/** Slack answered and said no. `code` is its `error`, mostly inside of a 200. */
export class SlackRefusal extends PlatformError {
  readonly method: string
  constructor(at: { readonly method: string; readonly status: number; readonly code: string; readonly retryAfterMs?: number }) {
    super({ ...at, message: `${at.method}: ${at.code}` })
    this.method = at.method
  }
}

type Row = readonly [codes: string, kind: FailureKind, detail: string]

/** Slack's codes by what they mean; https://docs.slack.dev/reference/methods/chat.postMessage#errors, …/chat.update, …/files.getUploadURLExternal */
const table: readonly Row[] = [
  ['ratelimited rate_limited', 'throttled', 'Slack asks us to slow down.'],
  [
    'service_unavailable request_timeout team_added_to_org org_login_required external_channel_migrating update_failed accesslimited ' +
      'too_many_requests file_not_ready',
    'transient',
    'Slack cannot take this just now.',
  ],
  // "It's possible some aspect of the operation succeeded before the error was raised."
  ['internal_error fatal_error', 'uncertain', 'Slack failed in the middle of it; the message may have arrived.'],
  [
    'invalid_auth not_authed account_inactive token_revoked token_expired not_allowed_token_type team_access_not_granted ' +
      'two_factor_setup_required enterprise_is_restricted access_denied ekm_access_denied user_removed_from_team app_missing_action_url',
    'unauthorized',
    'Slack does not take the token: it was revoked or is mistyped, or the app was removed. Install the app again and put its new token in.',
  ],
  [
    'missing_scope no_permission',
    'unauthorized',
    'The token lacks a scope. Add those of the manifest under OAuth & Permissions and install the app again.',
  ],
  ['channel_not_found', 'unreachable', 'Slack does not know this conversation, or the app cannot see it.'],
  ['not_in_channel user_not_in_channel', 'unreachable', 'The app is not in this channel: somebody has to invite it.'],
  ['is_archived is_inactive', 'unreachable', 'The channel was archived.'],
  ['messages_tab_disabled', 'unreachable', 'App Home, Messages Tab is switched off: nobody can be written to. Switch it on.'],
  [
    'user_not_found user_not_visible user_disabled users_not_found cannot_dm_bot user_is_bot',
    'unreachable',
    'This person cannot be written to: gone, disabled or a bot.',
  ],
  [
    'restricted_action restricted_action_read_only_channel restricted_action_thread_only_channel restricted_action_non_threadable_channel ' +
      'restricted_action_thread_locked cannot_reply_to_message thread_not_found invalid_thread_ts not_in_thread method_not_supported_for_channel_type',
    'unreachable',
    'The workspace does not let the app write here.',
  ],
  [
    'message_not_found cant_update_message edit_window_closed cant_delete_message compliance_exports_prevent_deletion',
    'rejected',
    'The message is gone, or Slack does not let it be changed.',
  ],
  ['msg_too_long msg_blocks_too_long metadata_too_large', 'rejected', 'The text is longer than Slack takes.'],
  ['no_text', 'rejected', 'The message has no text.'],
  [
    'invalid_blocks invalid_blocks_format invalid_attachments too_many_attachments markdown_text_conflict invalid_arguments invalid_arg_name ' +
      'invalid_array_arg invalid_form_data invalid_json json_not_object missing_argument invalid_post_type missing_post_type',
    'rejected',
    'Slack does not take the message in this form.',
  ],
  [
    'file_upload_size_restricted file_uploads_disabled file_uploads_except_images_disabled storage_limit_reached file_type_not_allowed ' +
      'unknown_snippet_type slack_connect_file_uploads_blocked blocked_file_type file_size_exceeded posting_to_channel_denied',
    'rejected',
    'The workspace does not take this file.',
  ],
  ['file_not_found file_deleted file_comment_not_found', 'rejected', 'The file is no longer there.'],
  ['message_limit_exceeded', 'rejected', 'The workspace has sent as many messages as it may.'],
  ['invalid_name no_item_specified too_many_emoji too_many_reactions', 'rejected', 'Slack has no such reaction, or too many stand there.'],
  ['foreign_upload_host', 'rejected', 'The address for the file is not Slack’s; nothing was given to it.'],
  [
    'login_page',
    'rejected',
    'Slack showed its login page instead of the file: the scope files:read is missing, or the file is another workspace’s.',
  ],
]
const known = new Map(table.flatMap(([codes, kind, detail]) => codes.split(' ').map((code) => [code, { kind, detail }] as const)))

/** Pure and total. */
export const classify = classifyWith((error) => {
  if (error instanceof NotPrepared) return notPrepared(error)
  return error instanceof PlatformError ? refused(error) : undefined
})

/** Whatever went wrong before the message itself: it was not sent. A missing scope for files does not stop words. */
function notPrepared({ cause }: NotPrepared): Failure {
  const why = cause instanceof PlatformError ? refused(cause) : undefined
  if (why?.code === 'missing_scope') return { ...why, kind: 'rejected' }
  if (why && why.kind !== 'uncertain') return why
  return { kind: 'transient', code: 'not_prepared', detail: 'A file could not be made ready; nothing was sent.' }
}

const isCode = (code: string): boolean => /^[a-z0-9_]{1,60}$/.test(code)

/** Slack counts by method: the limit of those for files, or of changes, holds back no message of another conversation. */
function refused(error: PlatformError): Failure {
  const { status, code, retryAfterMs } = error
  const found = known.get(code)
  if (status === 429 || found?.kind === 'throttled') {
    const failure = {
      kind: 'throttled',
      code: 'ratelimited',
      detail: 'Slack asks us to slow down.',
      retryAfterMs: retryAfterMs ?? 1000,
    } as const
    return error instanceof SlackRefusal && error.method !== 'chat.postMessage' ? { ...failure, only: 'conversation' } : failure
  }
  if (found) return { kind: found.kind, code, detail: found.detail }
  if (status >= 500) return { kind: status === 504 ? 'uncertain' : 'transient', code: `server_${status}`, detail: 'Slack has a problem.' }
  return { kind: 'rejected', code: isCode(code) ? code : `refused_${status}`, detail: 'Slack does not take this message.' }
}
