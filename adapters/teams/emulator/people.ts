import type { EmulatedPerson, SeenMessage } from '../../../src/channel/emulator.ts'
import type { Json } from '../../../src/channel/index.ts'
import { type Activity, type Attachment, adaptiveCard, fileDownload } from '../wire.ts'
import { personalWith } from './connector.ts'
import type { Answer, Delivery } from './delivery.ts'
import { valuesOf } from './inputs.ts'
import { type CardAction, contentsOf, seen, visible } from './show.ts'
import {
  activityIn,
  botAccount,
  type ConversationState,
  keepFile,
  nextMessageId,
  openConversation,
  type PersonState,
  type StoredMessage,
  serviceUrl,
  tell,
  type World,
} from './state.ts'

export type SentFile = { readonly name: string; readonly mime: string; readonly bytes: Uint8Array; readonly caption?: string }

/** Somebody with Teams, in one conversation. */
export interface TeamsPerson extends EmulatedPerson {
  readonly person: PersonState
  readonly conversation: ConversationState
  types(text: string, more?: Partial<Activity>): Promise<string>
  /** Resolves with the bot's answer where the button waits for one. */
  presses(button: string, message?: string): Promise<void>
  fillsIn(fields: { readonly [name: string]: string }, button: string, message?: string): Promise<void>
  edits(message: string, text: string): void
  deletes(message: string): void
  undeletes(message: string): void
  /** `''` takes the reaction away. Names as Teams says them: like, heart, laugh, surprised, sad, angry. */
  reacts(message: string, reaction: string): void
  /** A picture pasted into the chat, which only the bot's token opens. */
  pastes(picture: SentFile): Promise<string>
  isTyping(): void
  installs(): void
  removes(): void
  /** Writes no more, and takes nothing: the Connector refuses with this code. */
  blocks(code?: string): void
  /** Any other activity, in the frame of this conversation. */
  sends(activity: Partial<Activity> & { readonly type: string }): void
  /** An activity whose sender waits for the answer. */
  invokes(name: string, value: Json, more?: Partial<Activity>): Promise<Answer>
}

export type PeopleContext = { readonly world: World; readonly delivery: Delivery }

export const privatePerson = (context: PeopleContext, person: PersonState): TeamsPerson =>
  personIn(context, person, () => personalWith(context.world, person))

/** `place` is where the next message goes: to a channel it opens a thread, and the person goes on there. */
export function personIn(context: PeopleContext, person: PersonState, place: () => ConversationState): TeamsPerson {
  const { world, delivery } = context
  place().members.add(person.id)
  let thread: ConversationState | undefined
  const here = (): ConversationState => thread ?? place()

  const keep = (activity: StoredMessage['activity'], file?: string): { readonly state: ConversationState; readonly id: string } => {
    const id = nextMessageId(world)
    const at = here()
    if (at.type === 'channel' && at.channel?.id === at.id) thread = threadOf(world, at, id)
    const state = here()
    state.members.add(person.id)
    if (state.type === 'personal') delete state.refuses
    state.messages.set(id, {
      id,
      by: 'person',
      from: person.id,
      at: Date.now(),
      activity,
      ...(file ? { file } : {}),
      reactions: {},
      edited: false,
      deleted: false,
    })
    tell(world, 'message', state.id, { id })
    return { state, id }
  }
  const happen = (state: ConversationState, activity: Activity, text = '') =>
    delivery.happen(state.id, activityIn(world, state, person, activity), text)

  const say = (text: string, attachments: readonly Attachment[], more: Partial<Activity> = {}, file?: string): string => {
    const { state, id } = keep({ text }, file)
    const mention = mentionsFor(world, state, text)
    const heard = state.type === 'personal' || mention.entities !== undefined || world.switches.hearsAll
    if (heard)
      happen(
        state,
        { type: 'message', id, textFormat: 'plain', ...mention, ...(attachments.length > 0 ? { attachments } : {}), ...more },
        text,
      )
    return id
  }
  const found = (message: string): { readonly state: ConversationState; readonly message: StoredMessage } => {
    const kept = here().messages.get(message)
    if (!kept) throw new Error(`there is no message ${message} in this conversation`)
    return { state: here(), message: kept }
  }
  const change = (message: string, activity: Partial<Activity> & { readonly type: string }) => {
    const { state } = found(message)
    happen(state, { id: message, ...activity }, activity.text ?? '')
    tell(world, 'message', state.id, { id: message })
  }

  const self: TeamsPerson = {
    key: person.id,
    person,
    get conversation() {
      return here()
    },
    types: async (text, more) => say(text, [], more),
    presses: (button, wanted) => self.fillsIn({}, button, wanted),
    async fillsIn(filled, button, wanted) {
      const state = here()
      const all = visible(state.messages.values()).filter(({ id }) => wanted === undefined || id === wanted)
      for (const message of all.toReversed()) {
        const shown = seen(world, message).buttons.findIndex(({ label, value }) => label === button || value === button)
        const { actions, inputs } = contentsOf(world, message)
        const action = actions[shown]
        if (action) return press(context, state, person, message, action, action.alone ? {} : valuesOf(inputs, filled))
      }
      throw new Error(`${person.name} sees no button "${button}"`)
    },
    edits(message, text) {
      const kept = found(message)
      kept.state.messages.set(message, { ...kept.message, activity: { text }, edited: true })
      change(message, { type: 'messageUpdate', text, textFormat: 'plain', channelData: { eventType: 'editMessage' } })
    },
    deletes(message) {
      const { state, message: gone } = found(message)
      gone.deleted = true
      change(message, { type: 'messageDelete', channelData: { eventType: 'softDeleteMessage' } })
      tell(world, 'deleted', state.id, { message_id: message })
    },
    undeletes(message) {
      const kept = found(message)
      kept.message.deleted = false
      change(message, {
        type: 'messageUpdate',
        text: kept.message.activity.text ?? '',
        textFormat: 'plain',
        channelData: { eventType: 'undeleteMessage' },
      })
    },
    reacts(message, reaction) {
      const { state, message: kept } = found(message)
      const before = kept.reactions[person.id]
      if (reaction) kept.reactions[person.id] = reaction
      else delete kept.reactions[person.id]
      tell(world, 'message', state.id, { id: message })
      happen(state, {
        type: 'messageReaction',
        id: `f:${world.serial++}`,
        replyToId: message,
        ...(before ? { reactionsRemoved: [{ type: before }] } : {}),
        ...(reaction ? { reactionsAdded: [{ type: reaction }] } : {}),
      })
    },
    sendsFile: async ({ caption = '', ...file }) => {
      const kept = keepFile(world, file)
      const fileType = file.name.split('.').at(-1) ?? ''
      const content = { downloadUrl: `${world.url()}/drive/${kept.id}?tempauth=${kept.id}`, uniqueId: kept.id, fileType }
      return say(
        caption,
        [{ contentType: fileDownload, contentUrl: `https://contoso-my.sharepoint.example/${kept.id}`, name: file.name, content }],
        {},
        kept.id,
      )
    },
    pastes: async ({ caption = '', ...file }) => {
      const kept = keepFile(world, file)
      const contentUrl = `${serviceUrl(world)}v3/attachments/${kept.id}/views/original`
      const html = { contentType: 'text/html', content: `<div>${caption}<img src="${contentUrl}"></div>` }
      return say(caption, [{ contentType: 'image/*', contentUrl }, html], {}, kept.id)
    },
    isTyping: () => happen(here(), { type: 'typing' }),
    installs() {
      const state = here()
      delete state.refuses
      const own = botAccount(world)
      happen(state, { type: 'conversationUpdate', id: `f:${world.serial++}`, membersAdded: [own] })
      happen(state, { type: 'installationUpdate', id: `f:${world.serial++}`, action: 'add' })
    },
    removes() {
      const state = here()
      state.refuses = 'BotNotInConversationRoster'
      happen(state, { type: 'installationUpdate', id: `f:${world.serial++}`, action: 'remove' })
    },
    blocks(code = 'MessageWritesBlocked') {
      here().refuses = code
    },
    sends: (activity) => happen(here(), { id: nextMessageId(world), ...activity }, activity.text ?? ''),
    invokes: (name, value, more = {}) =>
      delivery.invoke(
        here().id,
        activityIn(world, here(), person, { type: 'invoke', id: `f:${world.serial++}`, name, value, ...more }),
        name,
      ),
    sees: (): readonly SeenMessage[] => visible(here().messages.values()).map((message) => seen(world, message)),
  }
  return self
}

const threadOf = (world: World, channel: ConversationState, root: string): ConversationState =>
  openConversation(world, `${channel.id};messageid=${root}`, {
    type: 'channel',
    title: channel.title,
    ...(channel.team ? { team: channel.team } : {}),
    ...(channel.channel ? { channel: channel.channel } : {}),
  })

/** `@Name of the bot` becomes a mention where there are several who could be meant. */
function mentionsFor(world: World, state: ConversationState, text: string): Pick<Activity, 'text' | 'entities'> {
  const own = botAccount(world)
  const typed = `@${own.name}`
  if (state.type === 'personal' || !text.includes(typed)) return { text }
  const mention = `<at>${own.name}</at>`
  return { text: text.replace(typed, mention), entities: [{ type: 'mention', mentioned: own, text: mention }] }
}

async function press(
  { world, delivery }: PeopleContext,
  state: ConversationState,
  person: PersonState,
  message: StoredMessage,
  action: CardAction,
  values: { readonly [input: string]: string },
): Promise<void> {
  if (action.type === 'Action.OpenUrl') throw new Error(`the button "${action.title}" is a link`)
  const base = { replyToId: message.id }
  if (action.type === 'consent') return consent({ world, delivery }, state, person, message, action.title === 'Accept')
  if (action.type === 'Action.Submit') {
    const { msteams, ...rest } = (action.data ?? {}) as {
      readonly msteams?: { readonly text?: string; readonly displayText?: string; readonly value?: Json }
      readonly [key: string]: Json | undefined
    }
    const id = nextMessageId(world)
    if (msteams?.displayText)
      state.messages.set(id, {
        id,
        by: 'person',
        from: person.id,
        at: Date.now(),
        activity: { text: msteams.displayText },
        reactions: {},
        edited: false,
        deleted: false,
      })
    tell(world, 'message', state.id, { id })
    const value = msteams?.value ?? ({ ...rest, ...values } as Json)
    const activity: Activity = {
      type: 'message',
      id,
      ...base,
      ...(msteams?.text ? { text: msteams.text, textFormat: 'plain' } : {}),
      value,
    }
    return delivery.happen(state.id, activityIn(world, state, person, activity), action.title)
  }
  const value = {
    action: {
      type: 'Action.Execute',
      title: action.title,
      verb: action.verb ?? '',
      data: { ...(action.data as { readonly [key: string]: Json } | undefined), ...values },
    },
    trigger: 'manual',
  }
  const activity: Activity = { type: 'invoke', id: `f:${world.serial++}`, name: 'adaptiveCard/action', ...base, value }
  const answer = await delivery.invoke(state.id, activityIn(world, state, person, activity), action.title)
  const view = cardIn(answer)
  if (view !== undefined) {
    message.view = view
    seen(world, message)
    tell(world, 'message', state.id, { id: message.id })
  }
}

function cardIn({ status, body }: Answer): Json | undefined {
  if (status !== 200 || body === '') return undefined
  const answer = JSON.parse(body) as { readonly statusCode?: number; readonly type?: string; readonly value?: Json }
  return answer.statusCode === 200 && answer.type === adaptiveCard ? answer.value : undefined
}

/** The person says whether they want the file; with yes comes a place for it. */
async function consent(
  { world, delivery }: PeopleContext,
  state: ConversationState,
  person: PersonState,
  message: StoredMessage,
  yes: boolean,
): Promise<void> {
  const offer = message.activity.attachments?.[0]
  const { acceptContext, declineContext, sizeInBytes } = (offer?.content ?? {}) as { readonly [key: string]: Json }
  const name = offer?.name ?? 'file'
  const key = `up-${world.serial++}`
  if (yes) world.uploads.set(key, { name, size: Number(sizeInBytes), chunks: [], received: 0 })
  const uploadInfo = {
    name,
    uploadUrl: world.switches.uploadUrl ?? `${world.url()}/drive/upload/${key}`,
    contentUrl: `https://contoso-my.sharepoint.example/personal/${encodeURIComponent(name)}`,
    uniqueId: key,
    fileType: name.split('.').at(-1) ?? '',
  }
  const value = yes
    ? { type: 'fileUpload', action: 'accept', context: acceptContext ?? null, uploadInfo }
    : { type: 'fileUpload', action: 'decline', context: declineContext ?? null }
  const activity: Activity = { type: 'invoke', id: `f:${world.serial++}`, name: 'fileConsent/invoke', replyToId: message.id, value }
  await delivery.invoke(state.id, activityIn(world, state, person, activity), yes ? 'accept' : 'decline')
}
