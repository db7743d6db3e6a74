import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserMissing, closePages, shareBrowser, takePage } from '../support/dashboard/browser.ts'
import { type FilledDashboard, openFilledDashboard } from '../support/dashboard/filled-dashboard.ts'
import { findUnreadable } from '../support/dashboard/inspect-page.ts'
import { addThirtyDays } from '../support/dashboard/thirty-days.ts'

let opened: FilledDashboard
let url: string

beforeAll(async () => {
  opened = await openFilledDashboard()
  await addThirtyDays(opened.state)
  const dashboard = await opened.serve({ contacts: 50, deals: 100, notes: 10, tasks: 0 })
  url = dashboard.url
  return () => opened[Symbol.asyncDispose]()
})

/** The text of the element that a page's part begins with, up to its end. */
async function drawingOf(entity: string, kind: string): Promise<string> {
  const page = await (await fetch(`${url}/entities/${entity}`)).text()
  return new RegExp(`<svg class="${kind}".*?</svg>`, 's').exec(page)?.[0] ?? ''
}

/** Colours and heights by place, of the parts of bars that are 4 wide. */
function barsOf(
  drawing: string,
): Map<number, { readonly tone: string; readonly height: number }[]> {
  const parts = [...drawing.matchAll(/<path class="(\w+)" d="M(\d+) \d+v-(\d+)"\/>/g)]
  return Map.groupBy(
    parts.map(([, tone = '', x, height]) => ({
      place: (Number(x) - 2) / 4,
      tone,
      height: Number(height),
    })),
    ({ place }) => place,
  )
}

/** The same from the rows of `hubgen.run`, by six hours of UTC, without any code of the dashboard. */
async function ranIn(entity: string) {
  return opened.state.scratch.query<{ place: number; tones: string[]; seconds: number }>(
    `SELECT floor(extract(epoch FROM started_at - (date_trunc('day', now(), 'UTC') - interval '29 days'))
        / 21600)::int AS place,
      array_agg(DISTINCT CASE outcome WHEN 'succeeded' THEN 'good' ELSE 'bad' END) AS tones,
      max(seconds) AS seconds
    FROM hubgen.run WHERE entity = $1 AND started_at >= date_trunc('day', now(), 'UTC') - interval '29 days'
    GROUP BY 1 ORDER BY 1`,
    [entity],
  )
}

describe.each(['deals', 'contacts', 'notes', 'tasks'])('the bars of %s', (entity) => {
  test('are where runs began and nowhere else, in the colours of their outcomes', async () => {
    const bars = barsOf(await drawingOf(entity, 'bars large'))
    const expected = await ranIn(entity)
    expect(
      [...bars].map(([place, parts]) => ({ place, tones: parts.map(({ tone }) => tone) })),
    ).toEqual(expected.map(({ place, tones }) => ({ place, tones: tones.toSorted().toReversed() })))
  })

  test('are higher the longer the longest run took', async () => {
    const bars = barsOf(await drawingOf(entity, 'bars large'))
    const rows = await ranIn(entity)
    const heights = rows
      .toSorted((one, other) => one.seconds - other.seconds)
      .map(({ place }) => bars.get(place)?.reduce((sum, { height }) => sum + height, 0) ?? 0)
    expect(heights).toEqual(heights.toSorted((one, other) => one - other))
    if (heights.length > 0) expect(heights.at(-1)).toBe(96)
  })
})

test('a day without a run is a gap: it has no bar, no calls and no set-aside values, and is not 0', async () => {
  const columns = await drawingOf('deals', 'trend columns')
  const places = [...columns.matchAll(/M(\d+) /g)].map(([, x]) => (Number(x) - 2) / 4)
  expect(places).toEqual([...Array(30).keys()].filter((place) => place < 17 || place > 19))
  const page = await (await fetch(`${url}/entities/deals`)).text()
  expect(page).toContain('27 runs in 30 days, 2 failed, longest 39 s; none on 3 days')
  // No run: the age is known, the calls are not.
  expect(
    page.match(
      /<td>–<\/td><td class="right">–<\/td><td class="right">\d+<\/td><td class="right">\d+ [hd]<\/td><td class="right">–<\/td><td class="right">–<\/td>/g,
    ),
  ).toHaveLength(3)
})

test('rows, set-aside values, age and calls have their numbers next to them', async () => {
  const page = await (await fetch(`${url}/entities/deals`)).text()
  // Each of the later 26 runs inserted 2.
  expect(page).toContain('rows: 48 30 days ago, 100 now')
  expect(page).toContain('set aside: 10 in 30 days, at most 4 a day')
  expect(page).toMatch(/age of the data: \d+ (?:h|min|s) today, 4 d at worst/)
  expect(page).toContain('calls: 115 a day on average, at most 129')
  const never = await (await fetch(`${url}/entities/tasks`)).text()
  expect(never).toContain('no run in 30 days')
  expect(never.match(/nothing known yet/g)).toHaveLength(4)
})

describe.skipIf(browserMissing !== undefined)('in a browser', () => {
  afterAll(async () => closePages(await shareBrowser()))

  test.each(['deals', 'tasks'])(
    'the page of %s is readable by day, by night and on a phone',
    async (entity) => {
      const page = await takePage()
      await page.goto(`${url}/entities/${entity}`)
      await page.getByText('The same as a table').click()
      expect(await findUnreadable(page)).toEqual([])
    },
  )
})
