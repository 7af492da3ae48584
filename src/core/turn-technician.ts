import type { Happening, Outcome, Owner } from './conversation.ts'
import { change, closeChat, type Draft, openChat, say, tell } from './draft.ts'

type Act = Extract<Happening, { readonly kind: 'technician' }>

const refused = (reason: Extract<Outcome, { ok: false }>['reason']): Outcome => ({ ok: false, reason })
const done: Outcome = { ok: true }

/** Takes a technician's act, or refuses it because somebody was faster. The same act twice is harmless. */
export function act(draft: Draft, happening: Act): Outcome {
  const { technician, name, at } = happening
  const { owner, chat } = draft.conversation
  const mine = owner.by === 'technician' && owner.technician === technician
  const skill = owner.by === 'queue' || owner.by === 'technician' ? owner.skill : 'support'
  const summary = owner.by === 'queue' ? owner.summary : ''
  const hold = (): Outcome => {
    change(draft, { owner: { by: 'technician', technician, name, since: at, skill } })
    tell(draft, `${name} has joined the conversation.`, at)
    return done
  }
  switch (happening.act.do) {
    case 'accept':
      if (mine) return done
      if (owner.by === 'technician') return refused('HUB_ALREADY_TAKEN')
      return owner.by === 'queue' ? hold() : refused('HUB_NOT_WAITING')
    case 'take-over':
      if (mine) return done
      return chat === null ? refused('HUB_CHAT_CLOSED') : hold()
    case 'note':
      openChat(draft, at)
      say(draft, { by: 'technician', technician, name }, [{ type: 'text', text: happening.act.text }], at, { note: true })
      return done
    case 'say':
      if (!mine) return refused(chat === null ? 'HUB_CHAT_CLOSED' : 'HUB_NOT_YOURS')
      if (draft.conversation.reach !== 'reachable') return refused('HUB_UNREACHABLE')
      say(draft, { by: 'technician', technician, name }, happening.act.content, at)
      change(draft, { unanswered: false, offered: offersIn(happening.act.content) })
      return done
    case 'transfer': {
      if (!mine) return refused(chat === null ? 'HUB_CHAT_CLOSED' : 'HUB_NOT_YOURS')
      const next: Owner = { by: 'queue', skill: happening.act.to.skill, since: at, summary: happening.act.note ?? summary }
      if (happening.act.note)
        say(draft, { by: 'technician', technician, name }, [{ type: 'text', text: happening.act.note }], at, { note: true })
      change(draft, { owner: next })
      tell(draft, `${name} is passing you on to ${happening.act.to.skill}. You keep your place: somebody will write to you here.`, at)
      return done
    }
    case 'return':
      if (!mine) return refused(chat === null ? 'HUB_CHAT_CLOSED' : 'HUB_NOT_YOURS')
      tell(draft, `${name} has left the conversation. I am the virtual agent: just write if there is anything else.`, at)
      change(draft, { owner: { by: 'virtual-agent' }, unanswered: false })
      return done
    case 'close':
      if (chat === null) return done
      if (!mine && owner.by !== 'queue') return refused('HUB_NOT_YOURS')
      tell(draft, 'This chat is closed. Write at any time to start a new one.', at)
      closeChat(draft)
      return done
  }
}

const offersIn = (content: readonly { readonly type: string }[]): Draft['conversation']['offered'] =>
  content.flatMap((item) => ('choices' in item && Array.isArray(item.choices) ? [{ person: null, choices: item.choices }] : []))
