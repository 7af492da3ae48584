/** What is wrong with the configuration, as data; never holds a secret's value. */
export type Problem = {
  readonly code: ProblemCode
  readonly file?: string
  /** Both count from 1. */
  readonly line?: number
  readonly column?: number
  /** The path of the key (`hub.attachments.maxBytes`, `channels[0].botToken`) or the name of a variable. */
  readonly key?: string
  readonly found?: string
  readonly expected?: string
  readonly hint?: string
}

export type ProblemCode =
  | 'environment' // a variable of the process is wrong
  | 'file' // the file cannot be read, or not as text
  | 'syntax' // the file is not YAML as we read it
  | 'unknown-key'
  | 'unknown-channel'
  | 'missing' // a required key is not there
  | 'invalid' // a value is not what the key takes
  | 'duplicate-account'
  | 'unset-variable' // `${NAME}` names a variable that is not set
  | 'secret-file' // `${file:…}` names a file that cannot be read
  | 'plain-secret' // a secret is written into the file
  | 'playground' // the playground would be reachable from other machines

/** One sentence or two for a human: where, what, and what would be right. */
export function explain(problem: Problem): string {
  const { file, line, column, key, found, expected, hint } = problem
  const where = file && [file, line && `line ${line}`, column && `column ${column}`].filter(Boolean).join(', ')
  const what = [key, expected && `expected ${expected}`].filter(Boolean).join(': ')
  const valued = problem.code === 'missing' || problem.code === 'invalid'
  const instead = found && (expected ? `, found ${found}` : `${what ? ': ' : ''}${valued ? 'found ' : ''}${found}`)
  return `${where ? `${where}: ` : ''}${what}${instead ?? ''}.${hint ? ` ${hint}` : ''}`
}

/** All problems, one a line, under a heading that says that nothing was started. */
export function explainAll(problems: readonly Problem[]): string {
  const count = problems.length === 1 ? 'one thing is' : `${problems.length} things are`
  return [`The hub did not start: ${count} wrong with its configuration.`, ...problems.map((problem) => `  - ${explain(problem)}`)].join(
    '\n',
  )
}
