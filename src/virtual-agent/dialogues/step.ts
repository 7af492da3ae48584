import type { Choice, Content } from '../../channel/index.ts'
import { VALUES } from '../commands.ts'
import type { Notes } from '../notes.ts'

/** What one command led to. Every step says something. */
export type Step = {
  readonly say: readonly [Content, ...Content[]]
  readonly notes: Notes
  readonly handOff?: { readonly skill: string; readonly summary: string }
  readonly close?: true
}

/** When technicians are there: in words ("Monday to Friday, 8:00 to 18:00"), whether that is now, and on whose clock; UTC where it is left out. */
export type Hours = { readonly words: string; readonly open?: (now: string) => boolean; readonly timezone?: string }

/** What the dialogues know of the house and of the moment. */
export type House = {
  readonly deskName: string
  readonly hours: Hours
  /** The team that technicians are asked from. */
  readonly skill: string
  readonly now: string
  /** Others read along here. */
  readonly group: boolean
  /** The person's first name, where the platform tells one. */
  readonly name: string | null
  /** How an intent is called when we ask back. */
  readonly titleOf: (intent: string) => string
}

export const text = (words: string): Content => ({ type: 'text', text: words, format: 'markdown' })
export const choices = (words: string, offered: readonly Choice[]): Content => ({ type: 'choices', text: words, choices: offered })

/** The five things on offer, in this order, with these labels. */
export const MENU: readonly Choice[] = [
  { value: 'create_request', label: 'Create Request' },
  { value: 'open_requests', label: 'Open Requests' },
  { value: 'pending_approvals', label: 'Pending Approvals' },
  { value: 'reset_password', label: 'Reset Password' },
  { value: VALUES.technician, label: 'Talk to a technician' },
]
export const TECHNICIAN: Choice = { value: VALUES.technician, label: 'Talk to a technician' }
export const NOT_NOW: Choice = { value: VALUES.dismiss, label: 'Not now' }
export const WHAT_ELSE: Choice = { value: VALUES.menu, label: 'What can you do?' }
export const NONE_HELPED: Choice = { value: VALUES.noneHelped, label: 'None of these helped' }

/** The plain question whether a technician shall come; "yes" and "no" are understood as its answers. */
export const offerTechnician = (notes: Notes): Notes => ({ ...notes, question: { yes: VALUES.technician, no: VALUES.dismiss } })

/** A step that says one thing and settles whatever was asked before. */
export const plain = (notes: Notes, did: string, ...say: [Content, ...Content[]]): Step => ({
  say,
  notes: { ...notes, question: null, misses: 0, trail: [...notes.trail, did].slice(-12) },
})

/** Takes the marks that mean something in Markdown out of a text that is to be read as it is. */
export const unmarked = (words: string): string => words.replace(/([\\`*_[\]<>])/g, '\\$1')
