const CONTEXT_LINES = 3
/** Texts that differ in more lines are shown as replaced, because the search is quadratic. */
const SEARCHED_EDITS = 1_000

type Mark = ' ' | '-' | '+'

interface Edit {
  readonly mark: Mark
  readonly line: string
}

/**
 * The difference of two texts in the format of `diff -u`, null if they are equal. A text that does not exist
 * is null and is called `/dev/null`.
 */
export function unifiedDiff(
  path: string,
  before: string | null,
  after: string | null,
): string | null {
  if (before === after) return null
  const edits = diffLines(linesOf(before), linesOf(after))
  const names = [
    before === null ? '/dev/null' : `a/${path}`,
    after === null ? '/dev/null' : `b/${path}`,
  ]
  return [`--- ${names[0]}`, `+++ ${names[1]}`, ...hunks(edits)].join('\n')
}

function linesOf(text: string | null): readonly string[] {
  if (text === null || text === '') return []
  return text.replace(/\n$/, '').split('\n')
}

/** Skips the common lines at the beginning and the end. */
function diffLines(before: readonly string[], after: readonly string[]): readonly Edit[] {
  const shorter = Math.min(before.length, after.length)
  let head = 0
  while (head < shorter && before[head] === after[head]) head++
  let tail = 0
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++
  return [
    ...before.slice(0, head).map((line) => edit(' ', line)),
    ...diffMiddle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...before.slice(before.length - tail).map((line) => edit(' ', line)),
  ]
}

/** Myers: the shortest edit script, found by its furthest-reaching paths. */
function diffMiddle(before: readonly string[], after: readonly string[]): readonly Edit[] {
  const trace: Map<number, number>[] = []
  let reached = new Map([[1, 0]])
  for (let depth = 0; depth <= Math.min(before.length + after.length, SEARCHED_EDITS); depth++) {
    const next = new Map(reached)
    trace.push(reached)
    for (let diagonal = -depth; diagonal <= depth; diagonal += 2) {
      let x = isInsert(reached, diagonal, depth)
        ? (reached.get(diagonal + 1) ?? 0)
        : (reached.get(diagonal - 1) ?? 0) + 1
      while (x < before.length && x - diagonal < after.length && before[x] === after[x - diagonal])
        x++
      next.set(diagonal, x)
      if (x >= before.length && x - diagonal >= after.length) return walkBack(trace, before, after)
    }
    reached = next
  }
  return [...before.map((line) => edit('-', line)), ...after.map((line) => edit('+', line))]
}

function isInsert(reached: ReadonlyMap<number, number>, diagonal: number, depth: number): boolean {
  if (diagonal === -depth) return true
  if (diagonal === depth) return false
  return (reached.get(diagonal - 1) ?? -1) < (reached.get(diagonal + 1) ?? -1)
}

function walkBack(
  trace: readonly ReadonlyMap<number, number>[],
  before: readonly string[],
  after: readonly string[],
): readonly Edit[] {
  const edits: Edit[] = []
  let x = before.length
  let y = after.length
  for (let depth = trace.length - 1; depth >= 0; depth--) {
    const reached = trace[depth] ?? new Map<number, number>()
    const insert = isInsert(reached, x - y, depth)
    const previous = x - y + (insert ? 1 : -1)
    const fromX = reached.get(previous) ?? 0
    const fromY = fromX - previous
    while (x > fromX && y > fromY && x > 0 && y > 0) {
      edits.push(edit(' ', before[--x] ?? ''))
      y--
    }
    if (depth > 0) edits.push(insert ? edit('+', after[--y] ?? '') : edit('-', before[--x] ?? ''))
  }
  return edits.reverse()
}

function edit(mark: Mark, line: string): Edit {
  return { mark, line }
}

/** Changes with three lines of context; changes that are nearer than six lines share a hunk. */
function hunks(edits: readonly Edit[]): readonly string[] {
  const shown = edits.map((_, index) =>
    edits
      .slice(Math.max(0, index - CONTEXT_LINES), index + CONTEXT_LINES + 1)
      .some(({ mark }) => mark !== ' '),
  )
  const lines: string[] = []
  let beforeLine = 1
  let afterLine = 1
  for (let start = 0; start < edits.length; ) {
    let end = start
    while (end < edits.length && shown[end] === shown[start]) end++
    const part = edits.slice(start, end)
    const removed = part.filter(({ mark }) => mark !== '+').length
    const added = part.filter(({ mark }) => mark !== '-').length
    if (shown[start]) {
      lines.push(`@@ -${range(beforeLine, removed)} +${range(afterLine, added)} @@`)
      lines.push(...part.map(({ mark, line }) => mark + line))
    }
    beforeLine += removed
    afterLine += added
    start = end
  }
  return lines
}

/** `diff -u` names the line before an empty range. */
function range(line: number, count: number): string {
  return `${count === 0 ? line - 1 : line},${count}`
}
