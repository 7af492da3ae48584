import type { Content } from '../../channel/index.ts'
import { DeskAway, type RequestSummary } from '../../core/service-desk.ts'
import type { Move, Spoken, World } from './dialogue.ts'
import { itemOf, type RequestDraft, requestFrom, subjectOf } from './request-draft.ts'
import { text } from './step.ts'

const say = (content: readonly Content[]): readonly Spoken[] => content.map((one) => ({ content: one }))

/** The open requests that may be about the same, best first. */
export const similarTo = async (draft: RequestDraft, world: World): Promise<readonly RequestSummary[]> => {
  // What they have open elsewhere is nothing for those who read along.
  if (!world.direct) return []
  try {
    const { email } = await world.standing()
    const words = [subjectOf(draft), draft.said].join(' ')
    return await world.desk.similar({ identity: world.identity, email }, words, 1)
  } catch (error) {
    // It was only a courtesy: the request itself is kept even where the desk is away.
    if (error instanceof DeskAway) return []
    throw error
  }
}

const requester = async (world: World) => {
  const standing = await world.standing()
  return { identity: world.identity, name: standing.name ?? world.house.name, email: standing.email }
}

/** Opens the request at the desk and says its number, and, where nobody reads along, the link that speaks for its requester; a desk that is away keeps it. */
export const send = async (draft: RequestDraft, world: World): Promise<Move<RequestDraft>> => {
  const { desk, source, conversation, chat, catalogue } = world
  const request = { ...requestFrom(draft, catalogue), requester: await requester(world), source, conversation, chat }
  const opened = await desk.open(request, world.key('submit'))
  if (opened.state === 'kept')
    return {
      do: 'end',
      say: say([
        text(
          "The service desk can't be reached right now. I have kept your request: it is filed as soon as the desk is back, and I tell you its number here.",
        ),
      ]),
    }
  const { number, status, url, subject } = opened.request
  const [first] = itemOf(draft, catalogue)?.approvals ?? []
  const after =
    status === 'approval'
      ? `It has to be approved first${first === undefined || !world.direct ? '' : `: I have asked ${first.approvers.join(', ')}`}. I'll tell you here how it goes on.`
      : "I'll tell you here when something happens."
  return {
    do: 'end',
    say: say([
      text(`Done! Your request is logged as **${number}**.`),
      {
        type: 'card',
        title: `${number}: ${subject}`,
        text: after,
        ...(url === null || !world.direct ? {} : { link: { label: `Open ${number}`, url } }),
      },
    ]),
  }
}

/** Adds all of it to a request that is open already; null where that one is over by now. */
export const addToRequest = async (draft: RequestDraft, number: string, world: World): Promise<Move<RequestDraft> | null> => {
  const { identity, name, email } = await requester(world)
  const { description, subject, files } = requestFrom(draft, world.catalogue)
  const done = await world.desk.comment(
    number,
    { identity, email },
    {
      text: [subject, description].filter((part, at, all) => all.indexOf(part) === at).join('\n'),
      by: name ?? 'Requester',
      files,
      source: world.source,
    },
    world.key('add'),
  )
  if (!done.ok) return null
  return { do: 'end', say: say([text(`I have added it to ${number}. Whoever works on it sees it there.`)]) }
}
