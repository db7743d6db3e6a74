import fc from 'fast-check'
import { expect, test } from 'vitest'
import { unifiedDiff } from '../../generator/disk/unified-diff.ts'

const lines = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => `line ${first + index}\n`).join('')

test('equal texts have no difference', () => {
  expect(unifiedDiff('a.txt', 'same\n', 'same\n')).toBeNull()
})

test('shows changes with three lines around them, each in a hunk of its own', () => {
  const before = lines(1, 20)
  const after = before.replace('line 3\n', 'line three\n').replace('line 18\n', '')
  expect(unifiedDiff('a.txt', before, after)).toBe(
    `--- a/a.txt
+++ b/a.txt
@@ -1,6 +1,6 @@
 line 1
 line 2
-line 3
+line three
 line 4
 line 5
 line 6
@@ -15,6 +15,5 @@
 line 15
 line 16
 line 17
-line 18
 line 19
 line 20`,
  )
})

test('a text that is not there is /dev/null', () => {
  expect(unifiedDiff('a.txt', null, 'new\n')).toBe(
    '--- /dev/null\n+++ b/a.txt\n@@ -0,0 +1,1 @@\n+new',
  )
  expect(unifiedDiff('a.txt', 'old\n', null)).toBe(
    '--- a/a.txt\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-old',
  )
})

test('texts with nothing in common are shown as replaced', () => {
  const diff = unifiedDiff('a.txt', lines(1, 3000), lines(4001, 7000))?.split('\n') ?? []
  expect(diff.filter((line) => line.startsWith('-line'))).toHaveLength(3000)
  expect(diff.filter((line) => line.startsWith('+line'))).toHaveLength(3000)
})

test('applied to the one text it gives the other', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(text, text, (before, after) => {
      const asFile = (parts: readonly string[]) => parts.map((line) => `${line}\n`).join('')
      const diff = unifiedDiff('a.txt', asFile(before), asFile(after))
      expect(applyDiff(before, diff)).toEqual(after)
    }),
    { numRuns: 500 },
  )
})

/** Works like `patch`: keeps lines outside hunks, and checks the lines that a hunk expects. */
function applyDiff(before: readonly string[], diff: string | null): readonly string[] {
  const after: string[] = []
  let at = 0
  for (const line of diff?.split('\n').slice(2) ?? []) {
    const [, first, count] = /^@@ -(\d+),(\d+) /.exec(line) ?? []
    if (first !== undefined) {
      const start = Number(first) - (count === '0' ? 0 : 1)
      after.push(...before.slice(at, start))
      at = start
      continue
    }
    if (!line.startsWith('+')) expect(before[at++]).toBe(line.slice(1))
    if (!line.startsWith('-')) after.push(line.slice(1))
  }
  return [...after, ...before.slice(at)]
}
