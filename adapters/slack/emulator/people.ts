import type { EmulatedPerson, SeenMessage } from '../../../src/channel/emulator.ts'
import type { Json } from '../../../src/channel/index.ts'
import { nameOfEmoji } from '../emoji.ts'
import { escapeSigns } from '../words.ts'
import type { Delivery } from './delivery.ts'
import { stateOf } from './forms.ts'
import { readBlocks, seen } from './screen.ts'
import {
  addMessage,
  type Channel,
  chatOf,
  directWith,
  nextId,
  nextTs,
  type Stored,
  tell,
  type User,
  userNamed,
  type World,
  wireFile,
  wireMessage,
} from './state.ts'

export type SentFile = {
  readonly name: string
  readonly mime: string
  readonly bytes: Uint8Array
  readonly caption?: string
  /** From a shared channel: only its id is told. */
  readonly connect?: boolean
}
export type Seen = SeenMessage & { readonly thread?: string; readonly only?: string }

/** Somebody with a Slack app, in a direct message or in a channel. Ids are the platform's. */
export interface SlackPerson extends EmulatedPerson {
  readonly user: User
  readonly channel: Channel
  /** `@<name of the app>` is a mention in a channel. */
  types(text: string, more?: { readonly thread?: string; readonly blocks?: Json }): Promise<string>
  presses(button: string, message?: string): Promise<void>
  /** `message` may be `home`: a button of the home tab, whatever hangs in the chat. */
  fillsIn(fields: { readonly [name: string]: string }, button: string, message?: string): Promise<void>
  sendsFile(file: SentFile): Promise<string>
  edits(message: string, text: string): Promise<void>
  deletes(message: string): Promise<void>
  /** `''` takes all reactions of this person away. */
  reacts(message: string, emoji: string): Promise<void>
  /** Slack unfolds a link in a message: a change that nobody made. */
  unfolds(message: string): Promise<void>
  /** The answer that only this person sees, if there was one. */
  commands(command: string, text?: string): Promise<string | undefined>
  uses(shortcut: 'global' | 'message', message?: string): Promise<void>
  opens(tab: 'home' | 'messages'): Promise<void>
  /** The home tab as this person sees it. */
  home(): { readonly text: string; readonly buttons: SeenMessage['buttons'] }
  sees(): readonly Seen[]
  /** The same person, writing in a thread. */
  in(thread: string): SlackPerson
}
export interface SlackChannel {
  readonly id: string
  readonly channel: Channel
  person(name: string): SlackPerson
  invitesBot(by: string): Promise<void>
  removesBot(by: string): Promise<void>
  archives(): void
}
type Context = { readonly world: World; readonly delivery: Delivery }

export const privatePerson = (context: Context, name: string): SlackPerson => {
  const user = userNamed(context.world, name)
  return personIn(context, user, directWith(context.world, user.id))
}

export function makeChannel(
  context: Context,
  { name, type = 'channel' }: { readonly name: string; readonly type?: Channel['type'] },
): SlackChannel {
  const { world, delivery } = context
  const known = [...world.channels.values()].find((one) => one.type !== 'im' && one.name === name)
  const channel: Channel = known ?? {
    id: nextId(world, type === 'group' ? 'G' : 'C'),
    type,
    name,
    botIn: true,
    archived: false,
    messages: new Map(),
  }
  world.channels.set(channel.id, channel)
  const member = (kind: 'joined' | 'left', by: string) => {
    channel.botIn = kind === 'joined'
    const event_ts = nextTs(world)
    const inviter = userNamed(world, by).id
    const event = {
      type: `member_${kind}_channel`,
      user: world.bot.user,
      channel: channel.id,
      channel_type: 'C',
      team: world.team,
      inviter,
      event_ts,
    }
    delivery.happen(event, channel.id)
  }
  return {
    id: channel.id,
    channel,
    person: (who) => personIn(context, userNamed(world, who), channel),
    invitesBot: async (by) => member('joined', by),
    removesBot: async (by) => member('left', by),
    archives: () => {
      channel.archived = true
    },
  }
}

/** Slack's own reading of what somebody typed: signs escaped, links and mentions in brackets; and the same as rich text. */
function typed(world: World, channel: Channel, text: string): { readonly text: string; readonly blocks: Json } {
  const name = world.bot.name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const tokens = new RegExp(`(https?://[^\\s<>()"']+${channel.type === 'im' ? '' : `|@${name}(?!\\w)`})`, 'g')
  const elements: Json[] = []
  const raw = text.split(tokens).map((piece, index) => {
    if (piece === '') return ''
    if (index % 2 === 0) {
      elements.push({ type: 'text', text: piece })
      return escapeSigns(piece)
    }
    const isLink = /^https?:/.test(piece)
    elements.push(isLink ? { type: 'link', url: piece } : { type: 'user', user_id: world.bot.user })
    return isLink ? `<${escapeSigns(piece)}>` : `<@${world.bot.user}>`
  })
  return { text: raw.join(''), blocks: [{ type: 'rich_text', block_id: 'typed', elements: [{ type: 'rich_text_section', elements }] }] }
}

export function personIn(context: Context, user: User, channel: Channel, thread?: string): SlackPerson {
  const { world, delivery } = context
  const place = { channel: channel.id, channel_type: channel.type }
  const chat = (inThread?: string) => chatOf(channel, inThread)
  const found = (ts: string): Stored => {
    const message = channel.messages.get(ts)
    if (!message) throw new Error(`there is no message ${ts} in this chat`)
    return message
  }
  const here = (message: Stored) => ({ ...wireMessage(world, message), ...place, event_ts: message.ts })

  /** In a channel a mention is told twice: as a message and as a mention. */
  const say = (message: Stored, more: { readonly [key: string]: Json } = {}, words = message.text): string => {
    tell(world, 'message', channel, {}, message)
    if (!channel.botIn) return message.ts
    const root = message.thread === undefined ? undefined : channel.messages.get(message.thread)
    const parent = root ? { parent_user_id: root.user } : {}
    const spot = chat(channel.type === 'im' ? undefined : (message.thread ?? message.ts))
    delivery.happen({ ...here(message), type: 'message', client_msg_id: `${user.id}-${message.ts}`, ...parent, ...more }, spot, words)
    if (channel.type !== 'im' && message.text.includes(`<@${world.bot.user}>`)) {
      const { channel_type: _, ...mention } = here(message) as { readonly [key: string]: Json }
      delivery.happen({ ...mention, type: 'app_mention', ...more }, spot, words)
    }
    return message.ts
  }
  const write = (text: string, more: { readonly files?: readonly string[]; readonly thread?: string; readonly blocks?: Json }): Stored => {
    const read = typed(world, channel, text)
    const inThread = more.thread ?? thread
    return addMessage(channel, {
      ts: nextTs(world),
      by: 'person',
      user: user.id,
      text: read.text,
      mrkdwn: true,
      files: more.files ?? [],
      ...(text === '' ? {} : { blocks: more.blocks ?? read.blocks }),
      ...(inThread === undefined ? {} : { thread: inThread }),
    })
  }
  const asUser = { id: user.id, username: user.name, name: user.name, team_id: world.team }
  const common = () => ({
    user: asUser,
    team: { id: world.team, domain: 'emulated' },
    enterprise: null,
    is_enterprise_install: false,
    api_app_id: world.app,
    token: 'deprecated',
    trigger_id: `${world.serial++}.${Date.now()}.${user.id}`,
  })
  const responseUrl = (original?: string, inThread?: string): string => {
    const id = nextId(world, 'R')
    world.responses.set(id, {
      channel: channel.id,
      user: user.id,
      left: 5,
      ...(original === undefined ? {} : { original }),
      ...(inThread === undefined ? {} : { thread: inThread }),
    })
    return `${world.url}/response/${id}`
  }
  const act = async (type: 'interactive' | 'slash_commands', payload: { readonly [key: string]: Json }, text: string, spot: string) => {
    const { status, body } = await delivery.interact(type, payload, spot, text)
    if (status === null || status >= 300)
      throw new Error(`operation_timeout: ${user.name} reads that it did not work (${status ?? 'no answer'})`)
    return body
  }

  const person: SlackPerson = {
    key: user.id,
    user,
    channel,
    in: (root) => personIn(context, user, channel, root),
    types: async (text, more = {}) => say(write(text, more), {}, text),
    presses: (button, wanted) => person.fillsIn({}, button, wanted),
    async fillsIn(filled, button, wanted) {
      const all = [...channel.messages.values()]
        .reverse()
        .filter((one) => one.by === 'hub' && (one.only === undefined || one.only === user.id))
      const message = all.find((one) => (wanted ? one.ts === wanted : buttonIn(one.blocks, button)))
      const atHome = message ? undefined : buttonIn((world.homes.get(user.id) as { readonly blocks?: Json } | undefined)?.blocks, button)
      const pressed = (message && buttonIn(message.blocks, button)) ?? atHome
      if (!pressed) throw new Error(`${user.name} sees no button "${button}"`)
      const state = stateOf(message?.blocks, filled)
      const action = { ...pressed, block_id: 'b1', action_ts: nextTs(world) }
      const shown = message
        ? {
            container: {
              type: 'message',
              message_ts: message.ts,
              channel_id: channel.id,
              is_ephemeral: message.only !== undefined,
              ...(message.thread === undefined ? {} : { thread_ts: message.thread }),
            },
            channel: { id: channel.id, name: channel.type === 'im' ? 'directmessage' : channel.name },
            message: wireMessage(world, message),
            response_url: responseUrl(message.ts, message.thread),
          }
        : { container: { type: 'view', view_id: 'V0HOME' }, view: { id: 'V0HOME', type: 'home' } }
      await act(
        'interactive',
        { type: 'block_actions', ...common(), ...shown, state, actions: [action] },
        String(pressed.value ?? pressed.url),
        chat(message?.thread),
      )
    },
    async sendsFile({ name, mime, bytes, caption = '', connect = false }) {
      const id = nextId(world, 'F')
      const file = { id, name, mime, bytes, shares: [] as { channel: string; ts: string }[] }
      world.files.set(id, file)
      const message = write(caption, { files: [id] })
      file.shares.push({ channel: channel.id, ts: message.ts })
      const told = connect ? { id, file_access: 'check_file_info', mode: 'file_access' } : wireFile(world, file)
      return say(message, { subtype: 'file_share', files: [told] }, caption)
    },
    async edits(ts, text) {
      const message = found(ts)
      const before = wireMessage(world, message)
      Object.assign(message, typed(world, channel, text), { edited: nextTs(world) })
      tell(world, 'message', channel, {}, message)
      changed(message, before)
    },
    async unfolds(ts) {
      const message = found(ts)
      const attachments = [{ from_url: 'https://help.example.com/', title: 'Help', id: 1 }]
      changed(message, wireMessage(world, message), { attachments })
    },
    async deletes(ts) {
      const message = found(ts)
      channel.messages.delete(ts)
      tell(world, 'deleted', channel, { message_id: ts })
      const event_ts = nextTs(world)
      const event = {
        type: 'message',
        subtype: 'message_deleted',
        hidden: true,
        deleted_ts: ts,
        previous_message: wireMessage(world, message),
        ...place,
        ts: event_ts,
        event_ts,
      }
      delivery.happen(event, chat(message.thread ?? (channel.type === 'im' ? undefined : ts)))
    },
    async reacts(ts, emoji) {
      const message = found(ts)
      const names =
        emoji === '' ? [...message.reactions].flatMap(([name, users]) => (users.has(user.id) ? [name] : [])) : [nameOfEmoji(emoji) ?? emoji]
      for (const name of names) {
        const users = message.reactions.get(name) ?? new Set<string>()
        if (emoji === '') users.delete(user.id)
        else users.add(user.id)
        if (users.size > 0) message.reactions.set(name, users)
        else message.reactions.delete(name)
        const item = { type: 'message', channel: channel.id, ts }
        const type = emoji === '' ? 'reaction_removed' : 'reaction_added'
        delivery.happen(
          { type, user: user.id, reaction: name, item_user: message.user, item, event_ts: nextTs(world) },
          chat(message.thread),
          name,
        )
      }
      tell(world, 'message', channel, {}, message)
    },
    async commands(command, text = '') {
      const place = channel.type === 'im' ? 'directmessage' : channel.name
      const payload = {
        token: 'deprecated',
        team_id: world.team,
        team_domain: 'emulated',
        channel_id: channel.id,
        channel_name: place,
        user_id: user.id,
        user_name: user.name.toLowerCase(),
        command,
        text: escapeSigns(text),
        api_app_id: world.app,
        is_enterprise_install: 'false',
        response_url: responseUrl(),
        trigger_id: `${world.serial++}.${Date.now()}.${user.id}`,
      }
      const body = await act('slash_commands', payload, `${command} ${text}`, chat())
      if (body === '') return undefined
      const answer = body.startsWith('{') ? (JSON.parse(body) as { readonly text?: string }) : { text: body }
      const only = {
        ts: nextTs(world),
        by: 'hub' as const,
        user: world.bot.user,
        text: answer.text ?? '',
        mrkdwn: true,
        files: [],
        only: user.id,
      }
      tell(world, 'message', channel, {}, addMessage(channel, only))
      return answer.text
    },
    async uses(shortcut, ts) {
      const action_ts = nextTs(world)
      if (shortcut === 'global') {
        await act('interactive', { type: 'shortcut', ...common(), callback_id: 'ask_support', action_ts }, 'ask_support', chat())
        return
      }
      const message = found(ts ?? '')
      const about = { channel: { id: channel.id, name: channel.name }, message: wireMessage(world, message), message_ts: message.ts }
      const payload = {
        type: 'message_action',
        ...common(),
        callback_id: 'ask_support_message',
        action_ts,
        ...about,
        response_url: responseUrl(message.ts),
      }
      await act('interactive', payload, 'ask_support_message', chat())
    },
    async opens(tab) {
      const event = { type: 'app_home_opened', user: user.id, channel: directWith(world, user.id).id, tab, event_ts: nextTs(world) }
      delivery.happen(event, user.id)
    },
    home: () => readBlocks((world.homes.get(user.id) as { readonly blocks?: Json } | undefined)?.blocks),
    sees: () =>
      [...channel.messages.values()]
        .filter(
          (message) =>
            (message.only === undefined || message.only === user.id) &&
            (thread === undefined || message.thread === thread || message.ts === thread),
        )
        .map((message) => seen(world, message)),
  }
  return person

  function changed(message: Stored, before: { readonly [key: string]: Json }, more: { readonly [key: string]: Json } = {}) {
    const ts = nextTs(world)
    const now = { ...wireMessage(world, message), ...more }
    const event = {
      type: 'message',
      subtype: 'message_changed',
      hidden: true,
      message: now,
      previous_message: before,
      ...place,
      ts,
      event_ts: ts,
    }
    delivery.happen(event, chat(message.thread ?? (channel.type === 'im' ? undefined : message.ts)), message.text)
  }
}

type Pressable = { readonly [key: string]: Json }
function buttonIn(blocks: Json | undefined, wanted: string): Pressable | undefined {
  const parts = (blocks ?? []) as readonly { readonly elements?: readonly Pressable[]; readonly accessory?: Pressable }[]
  const buttons = parts.flatMap(({ elements = [], accessory }) => [...elements, ...(accessory ? [accessory] : [])])
  return buttons.find((one) => one.type === 'button' && (one.value === wanted || (one.text as { readonly text?: string })?.text === wanted))
}
