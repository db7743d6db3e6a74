import { readdirSync, readFileSync } from 'node:fs'

/** Linux reports hundredths of a second, regardless of its clock rate. */
const ticksPerSecond = 100

/** CPU seconds of a process so far, user and system; 0 on systems without /proc. */
export function readCpuSeconds(pid: number): number {
  const { user, system } = readStat(pid)
  return (user + system) / ticksPerSecond
}

/** The same for a process and all its descendants, including ended ones. */
export function readTreeCpuSeconds(pid: number): number {
  const ofChildren = children(pid).reduce((sum, child) => sum + readTreeCpuSeconds(child), 0)
  const { user, system, endedChildren } = readStat(pid)
  return (user + system + endedChildren) / ticksPerSecond + ofChildren
}

function readStat(pid: number): { user: number; system: number; endedChildren: number } {
  const text = readIfThere(`/proc/${pid}/stat`)
  // The name in brackets may contain spaces; the text after it begins with the third column.
  const columns = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const column = (number: number) => Number(columns[number - 3] ?? 0)
  return { user: column(14), system: column(15), endedChildren: column(16) + column(17) }
}

function children(pid: number): number[] {
  const threads = readdirIfThere(`/proc/${pid}/task`)
  return threads.flatMap((thread) =>
    readIfThere(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  )
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function readdirIfThere(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
