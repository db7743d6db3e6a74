import { describe, expect, test } from 'vitest'
import { renderCourse } from '../../dashboard/pages/check-course.ts'
import { describeRuns } from '../../dashboard/pages/run-bars.ts'
import { ago, clockTime, foreign, instant, percent } from '../../dashboard/words.ts'
import { countOf, formatAge } from '../../runtime/words/numbers-as-text.ts'

describe('an age', () => {
  test.each([
    [-5, '0 s'],
    [0, '0 s'],
    [1.9, '1 s'],
    [119, '119 s'],
    [120, '2 min'],
    [7_199, '119 min'],
    [7_200, '2 h'],
    [172_799, '47 h'],
    [172_800, '2 d'],
    [86_400 * 400, '400 d'],
  ])('of %d seconds is %s', (seconds, text) => {
    expect(formatAge(seconds)).toBe(text)
  })

  test('has the time itself with it, in UTC', () => {
    const at = new Date('2026-11-25T08:00:05.900Z')
    expect(String(ago(at, new Date('2026-11-25T08:03:06Z')))).toBe(
      '<time datetime="2026-11-25T08:00:05.900Z" title="2026-11-25 08:00:05 UTC">3 min ago</time>',
    )
    // By another machine's clock the event may be in the future.
    expect(String(ago(at, new Date('2026-11-25T07:00:00Z')))).toContain('>just now<')
    expect(instant(at)).toBe('2026-11-25 08:00:05 UTC')
    expect(clockTime(at)).toBe('08:00:05')
  })
})

test.each([
  [1, 'entity', '1 entity'],
  [2, 'entity', '2 entities'],
  [0, 'empty property', '0 empty properties'],
  [2, 'day', '2 days'],
  [1_200, 'record', '1,200 records'],
])('%d of %s is %s', (count, thing, text) => {
  expect(countOf(count, thing)).toBe(text)
})

test('runs are counted in the words of the other pages', () => {
  const outcomes = { succeeded: 2, partial: 1, not_started: 1 }
  expect(describeRuns({ outcomes, longestSeconds: null })).toBe(
    '4 runs, 1 incomplete, 1 not started',
  )
})

describe('a share', () => {
  test.each([
    [0, '0 %'],
    [0.001, '< 0.1 %'],
    [0.1, '0.1 %'],
    [50, '50.0 %'],
    [99.94, '99.9 %'],
    [99.9999, '99.9 %'],
    [100, '100 %'],
  ])('of %d is %s', (value, text) => {
    expect(percent(value)).toBe(text)
  })
})

test('text of others is escaped and keeps its direction to itself', () => {
  expect(String(foreign('<img src=x onerror="a()">\u202e&'))).toBe(
    '<bdi>&lt;img src=x onerror=&quot;a()&quot;&gt;\u202e&amp;</bdi>',
  )
})

test('the course of a check says where it began and where it is, in that order', async () => {
  const point = (value: number, hour: number) => ({
    ...{ at: new Date(Date.UTC(2026, 10, 29, hour)), value, bound: 95, passed: false },
    ...{ failing: 1, records: 10, exampleId: null },
  })
  const html = String(await renderCourse('completeness', [point(90.2, 8), point(86.4, 9)]))
  expect(html).toContain('<span class="hint">90.2 % at first, 86.4 % now</span>')
})
