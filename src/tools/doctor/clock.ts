import { broken, duration, type Finding, ok, warning } from './finding.ts'

/** Slack refuses signatures that are five minutes old, and we refuse theirs: https://docs.slack.dev/authentication/verifying-requests-from-slack */
const refusedSeconds = 300
const noticedSeconds = 30

/** How far our clock is from another one. */
export function skew(about: string, theirs: Date, ours: Date): Finding {
  const seconds = (ours.getTime() - theirs.getTime()) / 1_000
  const away = Math.abs(seconds)
  const detail = `this machine is ${duration(away)} ${seconds < 0 ? 'behind' : 'ahead'}`
  const todo = 'Let the machine follow a time server (timedatectl set-ntp true).'
  if (away >= refusedSeconds - 60) return broken(about, `${detail}: signatures of webhooks will be refused as too old`, todo)
  if (away >= noticedSeconds) return warning(about, detail, todo)
  return ok(about, `agrees within ${duration(Math.max(1, away))}`)
}
