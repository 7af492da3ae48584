import type { Owner } from './conversation.ts'

/** The two tags that say who answered; the other tags are the channels' own (`AdapterDefinition.source`). */
export const answeredBy = { virtualAgent: 'Virtual Agent', technician: 'Technician Chat' } as const

/**
 * The tags of a message in the history's filter. An external channel's message carries the channel and who held the conversation;
 * a message of our own channel (`source` null) only who held it. Whoever waits in the queue is with the technicians.
 */
export function sourcesOf(source: string | null, owner: Owner): readonly string[] {
  const held = owner.by === 'queue' || owner.by === 'technician' ? answeredBy.technician : answeredBy.virtualAgent
  return source === null ? [held] : [source, held]
}
