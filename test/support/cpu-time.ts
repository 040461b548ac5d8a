/**
 * How long something takes this process, whatever else the machine does meanwhile.
 *
 * Owns: processor time in milliseconds, all threads together.
 */
export function cpuTimeOf(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
