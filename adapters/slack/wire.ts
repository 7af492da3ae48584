import type { FileId, Json } from '../../src/channel/index.ts'

/** The parts of Slack's JSON that we read or write; https://docs.slack.dev/apis/events-api and https://docs.slack.dev/reference. */
export type SlackFile = {
  readonly id: string
  readonly name?: string | null
  readonly title?: string
  readonly mimetype?: string
  readonly filetype?: string
  readonly size?: number
  readonly mode?: string
  readonly url_private?: string
  readonly url_private_download?: string
  readonly file_access?: string
  readonly is_external?: boolean
  readonly shares?: { readonly [visibility: string]: { readonly [channel: string]: readonly { readonly ts: string }[] } }
}
export type Style = { readonly bold?: boolean; readonly italic?: boolean; readonly strike?: boolean; readonly code?: boolean }
/** What stands inside of a rich_text block; https://docs.slack.dev/reference/block-kit/blocks/rich-text-block */
export type RichElement = {
  readonly type: string
  readonly text?: string
  readonly url?: string
  readonly user_id?: string
  readonly usergroup_id?: string
  readonly channel_id?: string
  readonly range?: string
  readonly name?: string
  readonly unicode?: string
  readonly fallback?: string
  readonly value?: string
  readonly style?: Style | string
  readonly indent?: number
  readonly offset?: number
  readonly elements?: readonly RichElement[]
}
export type Block = { readonly type: string; readonly elements?: readonly RichElement[]; readonly [key: string]: unknown }
export type Message = {
  readonly type?: string
  readonly subtype?: string
  readonly hidden?: boolean
  readonly user?: string
  readonly bot_id?: string
  readonly app_id?: string
  readonly text?: string
  readonly ts: string
  readonly thread_ts?: string
  readonly parent_user_id?: string
  readonly edited?: { readonly user?: string; readonly ts: string }
  readonly blocks?: readonly Block[]
  readonly files?: readonly SlackFile[]
}
export type MessageEvent = Message & {
  readonly channel: string
  readonly channel_type?: string
  readonly event_ts?: string
  readonly deleted_ts?: string
  readonly message?: Message
  readonly previous_message?: Message
}
export type ReactionEvent = {
  readonly user: string
  readonly reaction: string
  readonly item: { readonly type: string; readonly channel: string; readonly ts: string }
  readonly event_ts: string
}
export type MemberEvent = {
  readonly user: string
  readonly channel: string
  readonly inviter?: string
  readonly event_ts: string
}
export type HomeOpenedEvent = { readonly user: string; readonly channel: string; readonly tab?: string; readonly event_ts: string }
export type TokensRevokedEvent = { readonly tokens?: { readonly oauth?: readonly string[]; readonly bot?: readonly string[] } }

export type EventCallback = {
  readonly type: 'event_callback'
  readonly event_id: string
  readonly event_time: number
  readonly team_id?: string
  readonly api_app_id?: string
  readonly authorizations?: readonly { readonly user_id?: string; readonly is_bot?: boolean; readonly team_id?: string | null }[]
  readonly event: { readonly type: string; readonly [key: string]: unknown }
}

export type Action = {
  readonly type: string
  readonly action_id?: string
  readonly value?: string
  readonly text?: { readonly text?: string }
  readonly selected_option?: { readonly value?: string; readonly text?: { readonly text?: string } }
  readonly action_ts?: string
}
export type BlockActions = {
  readonly type: 'block_actions'
  readonly user: { readonly id: string; readonly name?: string; readonly username?: string }
  readonly trigger_id?: string
  readonly container?: {
    readonly type?: string
    readonly is_ephemeral?: boolean
    readonly message_ts?: string
    readonly channel_id?: string
    readonly thread_ts?: string
  }
  readonly channel?: { readonly id: string }
  readonly message?: Message
  /** What stands in the inputs of the message, by block and action; https://docs.slack.dev/reference/interaction-payloads/block_actions-payload */
  readonly state?: { readonly values?: { readonly [block: string]: { readonly [action: string]: Filled } } }
  readonly actions: readonly Action[]
}
export type Filled = {
  readonly type?: string
  readonly value?: string | null
  readonly selected_date?: string | null
  readonly selected_option?: { readonly value?: string; readonly text?: { readonly text?: string } } | null
}
/** `shortcut` is a global one, `message_action` one on a message. */
export type Shortcut = {
  readonly type: 'shortcut' | 'message_action'
  readonly callback_id: string
  readonly trigger_id: string
  readonly action_ts?: string
  readonly user: { readonly id: string; readonly name?: string; readonly username?: string }
  readonly channel?: { readonly id: string }
  readonly message?: Message
  readonly message_ts?: string
}

/** `Address.reply`: where to write; `channel` may be a user's id until the direct message is open. */
export type ReplyTo = { readonly channel: string; readonly thread?: string }
/** `FileRef.ref`: enough to ask for the bytes, in this workspace only. */
export type SlackFileRef = {
  readonly fileId: string
  readonly url?: string
  readonly mime?: string
  readonly name?: string
  readonly bytes?: number
}

/** One call without its channel. A shared file takes three calls, of which only the last can be seen. */
export type Payload =
  | { readonly method: 'chat.postMessage'; readonly body: { readonly text: string; readonly [key: string]: Json } }
  | {
      readonly method: 'files.completeUploadExternal'
      readonly comment?: string
      readonly file: { readonly stored: FileId; readonly mime?: string; readonly name?: string }
    }

/** Every answer of the Web API; the status is 200 also where it says no. */
export type ApiAnswer = { readonly ok: boolean; readonly error?: string; readonly [key: string]: Json | undefined }
export type Posted = { readonly ok: true; readonly channel: string; readonly ts: string }
