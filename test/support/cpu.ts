/**
 * What the work takes of the processor, in ms, however many others share it. For what must not grow with the square: a limit leaves twenty times what the
 * work took when it was written, and the square would take far more.
 */
export function cpuMs(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}
