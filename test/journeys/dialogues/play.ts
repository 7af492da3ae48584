import { setTimeout as wait } from 'node:timers/promises'
import type { Player, Seen } from './player.ts'
import { holds, type Line, type Script } from './script.ts'

/** How long an answer may take, and how long what must not come is waited for, in ms. */
const patienceMs = 60_000
const quietMs = 150

/** What scripts can bring about and look at besides talking. `variables` are put in for `$name`. */
export type Stagehand = {
  given(what: string, more: string, player: Player, variables: Map<string, string>): Promise<void>
  /** What is wrong, or null. */
  check(what: string, more: string, player: Player): Promise<string | null>
  daysPass(days: number, player: Player): Promise<void>
}

type Group = { readonly act: Script['lines'][number] | null; readonly results: readonly Script['lines'][number][] }
export type Play = {
  readonly script: Script
  readonly player: Player
  readonly steps: number
  step(number: number): Promise<void>
  failure: string | null
}

/** A script in one person's hands, group by group: what they do, and what they then hear. After a failure it goes on no further. */
export function makePlay(script: Script, player: Player, hand: Stagehand, variables: Map<string, string>): Play {
  const groups = groupsOf(script)
  const fill = (words: string): string => words.replaceAll(/\$([a-z]+)/g, (whole, name: string) => variables.get(name) ?? whole)

  async function act(line: Line): Promise<void> {
    switch (line.do) {
      case 'say':
        return player.says(fill(line.words))
      case 'press':
        return player.presses(fill(line.label))
      case 'send-file':
        return player.sends({ name: line.name, caption: fill(line.caption) })
      case 'wait':
        return hand.daysPass(line.days, player)
      case 'given':
        return hand.given(line.what, fill(line.with), player, variables)
      case 'hear':
      case 'check':
        return
    }
  }

  async function run({ act: line, results }: Group): Promise<string | null> {
    const before = new Map(player.sees().map(({ id, drawn }) => [id, drawn]))
    const news = (): readonly Seen[] => player.sees().filter(({ id, drawn }) => before.get(id) !== drawn)
    if (line) await act(line)
    const heard = (): string =>
      news()
        .map(({ drawn }) => drawn)
        .join('\n')
    const until = Date.now() + patienceMs
    for (const expected of results) {
      if (expected.do === 'hear' && !expected.not)
        while (!holds(heard(), fill(expected.words))) {
          if (Date.now() > until) return `line ${expected.number}: expected "${fill(expected.words)}", heard ${JSON.stringify(heard())}`
          await wait(15)
        }
      if (expected.do === 'check')
        for (let wrong = await hand.check(expected.what, fill(expected.with), player); wrong !== null; ) {
          if (Date.now() > until) return `line ${expected.number}: ${wrong}`
          await wait(30)
          wrong = await hand.check(expected.what, fill(expected.with), player)
        }
    }
    const unwanted = results.filter((expected) => expected.do === 'hear' && expected.not)
    if (unwanted.length > 0) await wait(quietMs)
    const wrong = unwanted.find((expected) => expected.do === 'hear' && holds(heard(), fill(expected.words)))
    return wrong?.do === 'hear' ? `line ${wrong.number}: "${wrong.words}" should not be in ${JSON.stringify(heard())}` : null
  }

  const play: Play = {
    script,
    player,
    steps: groups.length,
    failure: null,
    async step(number) {
      const group = groups[number]
      if (!group || play.failure !== null) return
      try {
        play.failure = await run(group)
      } catch (error) {
        play.failure = `line ${group.act?.number}: ${error instanceof Error ? error.message : String(error)}`
      }
    },
  }
  return play
}

function groupsOf({ lines }: Script): readonly Group[] {
  const groups: { act: Group['act']; results: Script['lines'][number][] }[] = []
  for (const line of lines) {
    if (line.do === 'hear' || line.do === 'check') {
      if (groups.length === 0) groups.push({ act: null, results: [] })
      groups.at(-1)!.results.push(line)
    } else groups.push({ act: line, results: [] })
  }
  return groups
}
