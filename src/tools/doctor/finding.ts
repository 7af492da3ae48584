/** What the doctor says of one thing. `todo` is there where somebody has to do something. */
export type Finding = {
  readonly state: 'ok' | 'warning' | 'broken'
  readonly about: string
  readonly detail: string
  readonly todo?: string
}

export const ok = (about: string, detail: string): Finding => ({ state: 'ok', about, detail })
export const warning = (about: string, detail: string, todo: string): Finding => ({ state: 'warning', about, detail, todo })
export const broken = (about: string, detail: string, todo: string): Finding => ({ state: 'broken', about, detail, todo })

/** One line: state, what it is about, how it is, what to do. */
export const lineOf = ({ state, about, detail, todo }: Finding): string =>
  `${state.padEnd(8)} ${about}: ${detail}${todo ? ` → ${todo}` : ''}`

/** Seconds as a person says them. */
export function duration(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} days`
}
