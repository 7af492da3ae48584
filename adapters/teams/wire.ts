import type { FileId, Json } from '../../src/channel/index.ts'

/** The parts of the Bot Framework's activities that we read or write; https://github.com/microsoft/botframework-sdk/blob/main/specs/botframework-activity/botframework-activity.md */
export type Activity = {
  readonly type: string
  readonly id?: string
  readonly timestamp?: string
  readonly channelId?: string
  readonly serviceUrl?: string
  readonly from?: Account
  readonly recipient?: Account
  readonly conversation?: Conversation
  readonly locale?: string
  readonly text?: string
  readonly textFormat?: string
  readonly attachments?: readonly Attachment[]
  readonly entities?: readonly Entity[]
  readonly replyToId?: string
  readonly name?: string
  readonly value?: unknown
  readonly action?: string
  readonly membersAdded?: readonly Account[]
  readonly membersRemoved?: readonly Account[]
  readonly reactionsAdded?: readonly { readonly type?: string }[]
  readonly reactionsRemoved?: readonly { readonly type?: string }[]
  readonly channelData?: ChannelData
}
export type Account = { readonly id?: string; readonly name?: string; readonly aadObjectId?: string; readonly role?: string }
/** `id` of a thread in a channel ends in `;messageid=<its first message>`. */
export type Conversation = {
  readonly id?: string
  readonly conversationType?: string
  readonly tenantId?: string
  readonly isGroup?: boolean
  readonly name?: string
}
export type Attachment = {
  readonly contentType?: string
  readonly contentUrl?: string
  readonly name?: string
  readonly content?: unknown
}
/** A mention; `text` is what stands for it in the activity's text. */
export type Entity = { readonly type?: string; readonly text?: string; readonly mentioned?: Account }
export type ChannelData = {
  readonly eventType?: string
  readonly tenant?: { readonly id?: string }
  readonly team?: { readonly id?: string; readonly name?: string }
  readonly channel?: { readonly id?: string; readonly name?: string }
}
/** https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4 */
export type FileDownloadInfo = { readonly downloadUrl?: string; readonly uniqueId?: string; readonly fileType?: string }
export type FileConsent = {
  readonly type?: string
  readonly action?: string
  readonly context?: { readonly file?: string; readonly name?: string }
  readonly uploadInfo?: UploadInfo
}
export type UploadInfo = {
  readonly contentUrl?: string
  readonly name?: string
  readonly uploadUrl?: string
  readonly uniqueId?: string
  readonly fileType?: string
}

export const fileDownload = 'application/vnd.microsoft.teams.file.download.info'
export const fileConsentCard = 'application/vnd.microsoft.teams.card.file.consent'
export const fileInfoCard = 'application/vnd.microsoft.teams.card.file.info'
export const adaptiveCard = 'application/vnd.microsoft.card.adaptive'

/** What a button of ours carries under the key `switchboard`; `title` is that of the card it hangs on. */
export type Pressed = {
  readonly value: string
  readonly label: string
  readonly title?: string
  /** Of the button that sends a form: what was filled in, by the names of its fields and as a person reads it. */
  readonly fields?: { readonly [name: string]: string }
  readonly lines?: readonly string[]
}

/** `Address.reply`: the conversation reference, enough to write first. */
export type ReplyTo = {
  readonly serviceUrl: string
  readonly conversation: string
  readonly type: 'personal' | 'groupChat' | 'channel'
  readonly bot: { readonly id: string; readonly name?: string }
  readonly tenant?: string
  /** Of a channel: the team, where its members are. */
  readonly team?: string
}
/** `FileRef.ref`: `download` is open to whoever has the address, `attachment` wants our token. */
export type TeamsFileRef = {
  readonly from: 'download' | 'attachment'
  readonly url: string
  readonly mime?: string
  readonly name?: string
}
/** `InboundEvent.ref` of an accepted offer of a file. */
export type AcceptedFile = {
  readonly file: string
  readonly name: string
  readonly uploadUrl: string
  readonly contentUrl: string
  readonly uniqueId: string
  readonly fileType: string
}

export type OutAttachment = { readonly contentType: string; readonly content?: Json; readonly contentUrl?: string; readonly name?: string }
/** One call without its conversation. A file of the hub goes in as a data address (`inline`), as a signed link, or is offered to the person. */
export type Payload = {
  readonly activity: {
    readonly type: 'message'
    readonly text?: string
    readonly textFormat?: 'plain' | 'xml'
    readonly summary?: string
    readonly attachments?: readonly OutAttachment[]
  }
  readonly inline?: StoredPart
  readonly link?: StoredPart
  readonly offer?: StoredPart & { readonly bytes?: number; readonly description?: string }
}
export type StoredPart = { readonly file: FileId; readonly mime?: string; readonly name?: string }
