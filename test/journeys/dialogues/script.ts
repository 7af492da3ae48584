/** One line of a script. `to`: the words or the pattern; `not`: they must not be heard. */
export type Line =
  | { readonly do: 'say'; readonly words: string }
  | { readonly do: 'press'; readonly label: string }
  | { readonly do: 'send-file'; readonly name: string; readonly caption: string }
  | { readonly do: 'hear'; readonly words: string; readonly not: boolean }
  | { readonly do: 'wait'; readonly days: number }
  /** Something is so, or happens elsewhere. */
  | { readonly do: 'given'; readonly what: string; readonly with: string }
  /** Something is so at the desk. */
  | { readonly do: 'check'; readonly what: string; readonly with: string }

export type Script = {
  readonly title: string
  readonly file: string
  /** `anywhere`: on any channel. `outside`: only where the platform vouches for nobody. */
  readonly on: 'anywhere' | 'outside'
  readonly lines: readonly (Line & { readonly number: number })[]
}

/**
 * A file of scripts. `## title`, then a line each: `> words`, `> [Label]` presses, `> {name.png} words` sends a file, `< words` or `< /pattern/` is heard after
 * it (`!<` is not), `~ 3 days` passes, `$ given …` is so or happens elsewhere, `= check …` is so at the desk, `on: outside`. Throws at a line that is none of these.
 */
export function readScripts(file: string, text: string): readonly Script[] {
  const scripts: { title: string; file: string; on: Script['on']; lines: (Line & { number: number })[] }[] = []
  text.split('\n').forEach((raw, index) => {
    const line = raw.trim()
    const number = index + 1
    if (line === '' || (line.startsWith('#') && !line.startsWith('##'))) return
    if (line.startsWith('## ')) {
      scripts.push({ title: line.slice(3), file, on: 'anywhere', lines: [] })
      return
    }
    const script = scripts.at(-1)
    if (!script) throw new Error(`${file}:${number}: a script begins with "## title"`)
    if (line === 'on: outside') {
      script.on = 'outside'
      return
    }
    script.lines.push({ ...lineOf(line, `${file}:${number}`), number })
  })
  return scripts
}

function lineOf(line: string, at: string): Line {
  const [, mark = '', rest = ''] = /^(>|!<|<|~|\$|=)\s+(.*)$/.exec(line) ?? []
  const [, what = '', more = ''] = /^(\S+)\s*(.*)$/.exec(rest) ?? []
  switch (mark) {
    case '>': {
      const press = /^\[(.+)\]$/.exec(rest)
      if (press) return { do: 'press', label: press[1]! }
      const file = /^\{([^}]+)\}\s*(.*)$/.exec(rest)
      return file ? { do: 'send-file', name: file[1]!, caption: file[2]! } : { do: 'say', words: rest.replaceAll('\\n', '\n') }
    }
    case '<':
    case '!<':
      return { do: 'hear', words: rest, not: mark === '!<' }
    case '~': {
      const days = /^(\d+) days?$/.exec(rest)
      if (days) return { do: 'wait', days: Number(days[1]) }
      break
    }
    case '$':
      return { do: 'given', what, with: more }
    case '=':
      return { do: 'check', what, with: more }
  }
  throw new Error(`${at}: "${line}" is no line of a script`)
}

/** Whether the words hold what was expected: a part of them whatever its case, or a pattern between slashes. */
export const holds = (words: string, expected: string): boolean => {
  const pattern = /^\/(.*)\/$/.exec(expected)
  return pattern ? new RegExp(pattern[1]!, 'iu').test(words) : words.toLowerCase().includes(expected.toLowerCase())
}
