import { expect, test } from 'vitest'
import { renderEntityState } from '../../dashboard/pages/entity.ts'
import { plainList } from '../../dashboard/pages/entity-list.ts'
import { renderOverview } from '../../dashboard/pages/overview.ts'
import { renderQuality, renderQualityOverview } from '../../dashboard/pages/quality.ts'
import { renderQuarantine } from '../../dashboard/pages/quarantine.ts'
import { chooseHues } from '../../dashboard/pages/states.ts'
import type { CopyStatus, EntityStatus } from '../../runtime/monitoring/copy-status.ts'
import { neverSynced } from '../../runtime/monitoring/read-status.ts'

const now = new Date('2026-11-20T12:00:00Z')
const hostile = '<img src=x onerror=alert(1)>'

/** The status after a successful run. */
function statusWith(doubts: Partial<EntityStatus>): CopyStatus {
  const watched = { name: 'deals', table: 'hubspot.deal', label: 'Deals' } as const
  const status = neverSynced([watched], { now })
  const [entity] = status.entities
  if (entity === undefined) throw new Error('there is no entity')
  return { ...status, entities: [{ ...entity, state: 'ok', ...doubts }] }
}

const misfit = {
  property: hostile,
  values: 990,
  of: 990,
  estimated: false,
  reason: 'not_a_number',
  since: new Date('2026-11-20T09:12:00Z'),
}
const audit = {
  at: new Date('2026-11-20T10:00:00Z'),
  records: 200,
  differing: 2,
  unexplained: [
    {
      subject: hostile,
      records: 200,
      differing: 2,
      unexplained: 2,
      mended: 2,
      exampleId: '17',
    },
  ],
}

async function overview(status: CopyStatus): Promise<string> {
  return String(await renderOverview(status, chooseHues(['deals']), plainList))
}

test('a copy without doubts is healthy, and shows that it was not compared yet', async () => {
  const html = await overview(statusWith({}))
  expect(html).toContain('All right: 1 entity up to date')
  expect(html).toContain('<span class="state idle">not yet</span>')
})

test.each<[string, Partial<EntityStatus>, string]>([
  ['values that did not fit', { misfits: [misfit] }, '990 of 990 values did not fit since 09:12'],
  ['a comparison that found something', { audit }, '2 differences in 200 records compared 2 h ago'],
  [
    'a part that was never read',
    { incomplete: [{ part: 'owners', begunAt: now, asOf: null, refusal: hostile }] },
    'Never read completely: owners',
  ],
  ['records that are not given', { unread: 3 }, 'HubSpot could not give 3 records'],
])('%s: headline, card and page of the entity are red', async (_, doubts, text) => {
  const status = statusWith(doubts)
  const html = await overview(status)
  expect(html).toContain('<h1 class="answer bad">1 of 1 entity needs attention: ')
  expect(html).toContain('<span class="state bad">not all right</span>')
  expect(html).toContain(text)
  const [entity] = status.entities
  if (entity === undefined) throw new Error('there is no entity')
  const page = String(await renderEntityState({ status: entity, start: null, now }))
  expect(page).toContain(text)
  for (const one of [html, page]) expect(one).not.toContain('<img')
})

test('the page about quality names the columns, that about the quarantine the share', async () => {
  const named = { entity: 'deals', label: 'Deals', hue: 'hue-0' }
  const facts = { table: 'hubspot.deal', objectType: '0-3' } as const
  const quality = String(
    await renderQuality({ ...named, facts, place: null, series: [], audit, now }),
  )
  expect(quality).toContain('2 of 200 records differed and no change explains it, repaired')
  expect(quality).toContain('such as <code>17</code>')
  const [entity] = statusWith({ audit }).entities
  const unchecked = { progress: null, labels: new Map() }
  const all = String(
    await renderQualityOverview(entity === undefined ? [] : [entity], now, unchecked),
  )
  expect(all).toContain('<span class="state bad">differed</span>')
  const group = {
    ...{ entity: 'deals', property: 'amount', reason: 'not_a_number', count: 990, kept: 990 },
    ...{ firstSeen: now, lastSeen: now, examples: [] },
  }
  const view = {
    groups: [group],
    places: new Map(),
    entities: [],
    labels: new Map(),
    unread: new Set<string>(),
    entity: '',
    property: '',
    message: null,
    now,
  }
  const misfits = new Map([['deals', [misfit]]])
  const quarantine = String(await renderQuarantine({ ...view, values: 'hidden', misfits }))
  expect(quarantine).toContain('990 of 990 values did not fit since 09:12')
  for (const one of [quality, quarantine]) expect(one).not.toContain('<img')
})
