import { expect, test } from 'vitest'
import { renderThroughput } from '../../dashboard/pages/throughput.ts'
import type { ThroughputPoint } from '../../runtime/monitoring/read-journal.ts'

const startMs = Date.parse('2026-11-25T08:00:00Z')

/** Seconds since the start, records of the pass, calls of the run, and the pass if it changes. */
type Sample = readonly [number, number, number, string?]

function draw(...samples: readonly Sample[]): string {
  const points = samples.map(
    ([seconds, read, calls, pass = 'records']): ThroughputPoint => ({
      atMs: startMs + seconds * 1000,
      pass,
      read,
      calls,
    }),
  )
  return String(renderThroughput(points))
}

test.each([
  ['none', []],
  ['one', [[0, 0, 0]]],
  [
    'two',
    [
      [0, 0, 0],
      [1, 100, 1],
    ],
  ],
  [
    'three of the same moment',
    [
      [0, 0, 0],
      [0, 100, 1],
      [0, 200, 2],
    ],
  ],
] satisfies [string, Sample[]][])('%s of its points are no line yet', (_, given) => {
  expect(draw(...given)).not.toContain('<svg')
})

test('the line has a text alternative with its numbers', () => {
  const text = draw([0, 0, 0], [1, 100, 2], [2, 400, 6], [4, 800, 10])
  const title = 'Records per second over 4 s: 200 on average, 300 at best'
  expect(text).toContain(`role="img" aria-label="${title}"`)
  expect(text).toContain('Records: 200/s on average, 300 at best, 2.5 calls/s, over 4 s')
  expect(text).toContain('<span>500</span>')
  expect(text).toContain('<span>250</span>')
  expect(text).toContain('>08:00:00</time>')
  expect(text).toContain('>08:00:04</time>')
  // At 1, 2 and 4 of 4 seconds; 100, 300 and 200 of 500.
  expect(text).toContain('points="150.0,96.0 300.0,48.0 600.0,72.0"')
})

test('where another pass begins to count there is no fall below zero', () => {
  const text = draw(
    [0, 0, 0],
    [1, 500, 5],
    [2, 1_000, 10],
    [3, 20, 11, 'changes'],
    [4, 40, 12, 'changes'],
  )
  expect(text).not.toMatch(/points="[^"]*-/)
  expect(text).toContain('340/s on average, 500 at best')
})

test('a run that reads nothing for long is a line at zero', () => {
  const text = draw([0, 0, 0], [1, 0, 1], [2, 0, 2])
  expect(text).toContain('Records: 0/s on average, 0 at best, 1.0 calls/s')
  expect(text).not.toMatch(/NaN|Infinity/)
})

test('links have their own chart, and passes that read something else have none', () => {
  const text = draw(
    [0, 0, 0],
    [1, 100, 1],
    [2, 200, 2],
    [3, 9_000, 3, 'deletes'],
    [4, 18_000, 4, 'deletes'],
    [5, 27_000, 5, 'deletes'],
    [6, 0, 6, 'associations:deal_contact'],
    [7, 5_000, 7, 'associations:deal_contact'],
    [8, 10_000, 8, 'associations:deal_contact'],
  )
  expect(text.match(/<svg/g)).toHaveLength(2)
  expect(text).toContain('Records per second over 2 s: 100 on average, 100 at best')
  expect(text).toContain('Records whose links are read per second over 2 s: 5,000 on average')
  // Text is outside the drawing, which is stretched, so that it has one size everywhere.
  expect(text).not.toContain('<text')
})
