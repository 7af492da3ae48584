import type { Card, Choice, Form, Json, Link } from '../../src/channel/index.ts'
import { type Element, heading, words } from './card-words.ts'
import { inputsOf } from './inputs.ts'
import type { Pressed } from './wire.ts'

/** Teams shows six actions in a row and hides the rest behind a menu. */
const actionsPerRow = 6

/** 1.5 is what Teams shows everywhere; https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference#adaptive-card */
const cardOf = (body: readonly Element[], actions: readonly Element[] = []): Element => ({
  $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
  type: 'AdaptiveCard',
  version: '1.5',
  msteams: { width: 'Full' },
  body: [...body, ...(actions.length > actionsPerRow ? rows(actions) : [])],
  ...(actions.length > 0 && actions.length <= actionsPerRow ? { actions } : {}),
})

const rows = (actions: readonly Element[]): readonly Element[] =>
  Array.from({ length: Math.ceil(actions.length / actionsPerRow) }, (_, row) => ({
    type: 'ActionSet',
    actions: actions.slice(row * actionsPerRow, (row + 1) * actionsPerRow),
  }))

const data = ({ value, label }: Choice, title?: string, labels?: { readonly [field: string]: string }): Json => ({
  switchboard: { value, label, ...(title ? { title } : {}), ...(labels ? { labels } : {}) },
})

/** Comes as a message that the person seems to have written, so that everybody sees what was chosen. */
const submit = (choice: Choice): Element => {
  const { label } = choice
  return {
    type: 'Action.Submit',
    title: label,
    data: { msteams: { type: 'messageBack', displayText: label, text: label, value: data(choice) } },
  }
}

/** Comes as an invoke, whose answer takes the card's place; programs that do not know it get the other kind. */
const execute = (choice: Choice, title: string): Element => ({
  type: 'Action.Execute',
  title: choice.label,
  verb: 'choose',
  data: data(choice, title),
  fallback: submit(choice),
})

const openable = (link: Link): boolean => URL.canParse(link.url) && /^https?:$/.test(new URL(link.url).protocol)
const open = ({ label, url }: Link): Element => ({ type: 'Action.OpenUrl', title: label, url })

export const choicesCard = (text: string, choices: readonly Choice[]): Element => cardOf(words(text), choices.map(submit))

export function contentCard({ title, text, link, choices = [] }: Card): Element {
  const asText = link && !openable(link) ? `${link.label}: ${link.url}` : ''
  const body = [...heading(title), ...words(text ?? ''), ...words(asText)]
  return cardOf(body, [...choices.map((choice) => execute(choice, title)), ...(link && openable(link) ? [open(link)] : [])])
}

/**
 * Its inputs go with the button that sends it; the other buttons go without them, so that nothing has to be filled in for them.
 * Programs that do not know how to execute submit it without a word in the chat.
 */
export function formCard({ title, text, fields, submit: sends, choices = [] }: Form): Element {
  const own = data(sends, title, Object.fromEntries(fields.map(({ name, label }) => [name, label])))
  const send = { type: 'Action.Execute', title: sends.label, verb: 'submit', style: 'positive', data: own }
  const others = choices.map((choice) => ({ ...execute(choice, title), associatedInputs: 'none' }))
  return cardOf(
    [...heading(title), ...words(text ?? ''), ...inputsOf(fields)],
    [{ ...send, fallback: { type: 'Action.Submit', title: sends.label, data: own } }, ...others],
  )
}

/** What stands where the buttons were. */
export const resultCard = ({ title, label, lines = [] }: Pressed, outcome = ''): Element =>
  cardOf([
    ...(title ? heading(title) : []),
    ...words(`✓ ${label}`, { color: 'Good' }),
    ...lines.flatMap((line) => words(line)),
    ...words(outcome),
  ])
