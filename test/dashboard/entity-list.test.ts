import { describe, expect, test } from 'vitest'
import { plainList } from '../../dashboard/pages/entity-list.ts'
import { parseNarrowing } from '../../dashboard/pages/narrow.ts'
import { renderOverview } from '../../dashboard/pages/overview.ts'
import { chooseHues } from '../../dashboard/pages/states.ts'
import type { CopyStatus, EntityStatus } from '../../runtime/monitoring/copy-status.ts'
import { neverSynced } from '../../runtime/monitoring/read-status.ts'

const now = new Date('2026-11-20T12:00:00Z')
const hostile = '<img src=x onerror=alert(1)>'

/** Entities `e0`, `e1` … that are up to date, except for the given ones. */
function statusOf(
  count: number,
  changes: Readonly<Record<string, Partial<EntityStatus>>>,
): CopyStatus {
  const watched = Array.from({ length: count }, (_, index) => ({
    name: `e${index}`,
    table: `hubspot.table_${index}` as const,
    label: `Entity ${index}`,
  }))
  const status = neverSynced(watched, { now })
  const entities = status.entities.map((one) => ({
    ...one,
    state: 'ok' as const,
    ...changes[one.entity],
  }))
  return { ...status, entities }
}

async function overview(status: CopyStatus, list: Partial<typeof plainList> = {}): Promise<string> {
  const hues = chooseHues(status.entities.map(({ entity }) => entity))
  return String(await renderOverview(status, hues, { ...plainList, ...list }))
}

function orderOf(html: string): string[] {
  return [...html.matchAll(/id="entities-(e\d+)"/g)].map(([, entity]) => entity ?? '')
}

const misfit = {
  property: hostile,
  values: 180,
  of: 1_000,
  estimated: false,
  reason: 'not_a_number',
  since: now,
}
const failedChecks = { checkedAt: now, passed: 3, failed: 2, unjudged: 0 }

describe.each([7, 8, 53])('of %d entities', (count) => {
  const status = statusOf(count, {
    e1: { state: 'never' },
    e3: { checks: failedChecks },
    e4: { state: 'stale' },
    e5: { state: 'failed' },
    e6: { misfits: [misfit] },
  })

  test('those with problems come first, the worst at the top; the others keep their order', async () => {
    const order = orderOf(await overview(status))
    expect(order.slice(0, 5)).toEqual(['e5', 'e6', 'e3', 'e4', 'e1'])
    expect(order.slice(5, 7)).toEqual(['e0', 'e2'])
    expect(order).toHaveLength(count)
  })

  test('the failed check and the rejected share are shown, as text', async () => {
    const failures = new Map([['e3', [{ checkName: 'completeness', subject: hostile }]]])
    const html = await overview(status, { failures })
    expect(html).toContain('18.0 % rejected')
    expect(html).toContain('2 checks failed')
    expect(html).not.toContain('<img')
    if (count > 7) return
    expect(html).toContain('2 checks failed: filled values (&lt;img')
    expect(html).toContain(
      '&lt;img src=x onerror=alert(1)&gt;: 18.0 % rejected (180 of 1,000 values)',
    )
  })

  test(count < 8 ? 'they are cards' : 'they are a table with a search', async () => {
    const html = await overview(status)
    expect(html.includes('<article class="card')).toBe(count < 8)
    expect(html.includes('<table class="compact')).toBe(count >= 8)
    expect(html.includes('role="search"')).toBe(count >= 8)
  })
})

describe('the search without scripts', () => {
  const status = statusOf(12, { e1: { state: 'never' }, e5: { state: 'failed' } })

  test.each<[Record<string, string>, string[]]>([
    [{ search: 'ENTITY 1' }, ['e1', 'e10', 'e11']],
    [{ search: 'table_10' }, ['e10']],
    [{ search: 'entity table_7' }, ['e7']],
    [{ show: 'trouble' }, ['e5']],
    [{ show: 'never' }, ['e1']],
    [{ show: 'fine', search: 'table_5' }, []],
    [{ show: 'toString' }, orderOf('')],
  ])('%o shows these', async (query, expected) => {
    const order = orderOf(await overview(status, { narrowing: parseNarrowing(query) }))
    if (query['show'] === 'toString') expect(order).toHaveLength(12)
    else expect(order).toEqual(expected)
  })

  test('keeps what was typed, as text', async () => {
    const narrowing = parseNarrowing({ search: `"${hostile}`, show: 'fine' })
    const html = await overview(status, { narrowing })
    expect(html).toContain('value="&quot;&lt;img')
    expect(html).toContain('<option value="fine" selected>')
    expect(html).toContain('0 of 12')
  })
})
