import { expect, test } from 'vitest'
import type { CopyStatus, WatchedEntity } from '../../runtime/monitoring/copy-status.ts'
import { expositionType } from '../../runtime/monitoring/metrics/exposition.ts'
import { formatMetrics } from '../../runtime/monitoring/metrics/format-metrics.ts'
import { readRunTotals } from '../../runtime/monitoring/read-run-totals.ts'
import { neverSynced, readStatus } from '../../runtime/monitoring/read-status.ts'
import { openStateDatabase } from '../support/state-database.ts'

const noon = new Date('2026-11-20T12:00:00Z')
const hostile = 'a"b\\c\nd} 1\n# TYPE x counter\u202e\ud800'

interface Family {
  readonly type: string
  readonly help: string
  readonly samples: readonly Parsed[]
}

interface Parsed {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const name = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const pair = `([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\\\\n]|\\\\["\\\\n])*)"`
const number = '[+-]?(?:\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?|Inf)|NaN'
const sampleLine = new RegExp(`^(${name})(?:\\{(${pair}(?:,${pair})*)\\})? (${number})$`)

/** Strict: exactly HELP, TYPE and at least one sample a family, no family and no sample twice. */
function parse(text: string): ReadonlyMap<string, Family> {
  const families = new Map<string, Family & { samples: Parsed[] }>()
  const seen = new Set<string>()
  expect(text.endsWith('\n')).toBe(true)
  const lines = text.slice(0, -1).split('\n')
  for (let index = 0; index < lines.length; ) {
    const help = /^# HELP (\S+) (\S.*)$/.exec(lines[index] ?? '')
    const type = /^# TYPE (\S+) (counter|gauge)$/.exec(lines[index + 1] ?? '')
    const family = help?.[1] ?? ''
    expect([family, type?.[1]]).toEqual([expect.stringMatching(new RegExp(`^${name}$`)), family])
    expect(families.has(family)).toBe(false)
    const samples: Parsed[] = []
    for (index += 2; index < lines.length && !lines[index]?.startsWith('#'); index += 1) {
      const line = lines[index] ?? ''
      const sample = sampleLine.exec(line)
      expect(sample?.[1], line).toBe(family)
      const series = line.slice(0, line.lastIndexOf(' '))
      expect(seen.has(series), line).toBe(false)
      seen.add(series)
      samples.push({ labels: parseLabels(sample?.[2] ?? ''), value: Number(sample?.at(-1)) })
    }
    expect(samples.length, family).toBeGreaterThan(0)
    families.set(family, { type: type?.[2] ?? '', help: help?.[2] ?? '', samples })
  }
  return families
}

function parseLabels(text: string): Record<string, string> {
  const unescaped = (value: string) =>
    value.replaceAll(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character))
  return Object.fromEntries(
    [...text.matchAll(new RegExp(pair, 'g'))].map(([, label = '', value = '']) => [
      label,
      unescaped(value),
    ]),
  )
}

const watched: readonly WatchedEntity[] = [
  { name: 'deals', table: 'hubspot.deal', label: hostile },
  { name: 'contacts', table: 'hubspot.contact', label: 'Contacts' },
]

async function wholeStatus(): Promise<readonly [CopyStatus, string]> {
  await using state = await openStateDatabase()
  const { scratch, database } = state
  await state.addRun({ mode: 'full', seconds: 40, calls: 7, read: 120 })
  await state.addRun({ seconds: 2.5, calls: 3, outcome: 'failed' })
  const run = await state.addRun({ outcome: null, startedAt: noon })
  await scratch.query(`
    INSERT INTO hubgen.lease (entity, run_id, holder, expires_at)
      VALUES ('deals', ${run}, 'here', '2026-11-20T12:01:00Z');
    INSERT INTO hubgen.pass (entity, pass, begun_at, finished_at, fresh_as_of, run_id)
      VALUES ('deals', 'changes', '2026-11-20T11:59:00Z', now(), '2026-11-20T11:59:00Z', ${run});
    INSERT INTO hubgen.quarantine (entity, record_id, property, raw_value, reason, run_id)
      VALUES ('deals', '1', 'amount', 'x', 'not_a_number', ${run});
    INSERT INTO hubgen.drift (entity, looked_at, drifts) VALUES
      ('deals', now(), '[{"kind":"column_extra","severity":"schema","text":"a"}]'),
      ('shared files', now(), '[]');
    INSERT INTO hubgen.check_result (entity, checked_at, check_name, subject, passed)
      VALUES ('deals', now(), 'completeness', 'a', false)`)
  const daily = { permitted: 500_000, remaining: 499_990 }
  await state.addProgress(run, noon, [{ read: 50, total: 200, calls: 4, daily }])
  const rows = new Map([['deals', { live: 120, deleted: 3, estimated: false }]])
  const status = await readStatus(database, watched, { now: noon, rows })
  const totals = await readRunTotals(database, ['deals', 'contacts'])
  return [status, formatMetrics(status, totals)]
}

test('every figure is there, by the rules of the format', async () => {
  const [, text] = await wholeStatus()
  const families = parse(text)
  for (const [family, { type }] of families) {
    expect(family).toMatch(/^hubgen_[a-z_]+$/)
    expect(type === 'counter', family).toBe(family.endsWith('_total'))
  }
  const deals = (family: string) =>
    (families.get(family)?.samples ?? [])
      .filter(({ labels }) => labels['entity'] === 'deals')
      .map(({ labels: { entity: _, ...labels }, value }) => [...Object.values(labels), value])
  expect(families.get('hubgen_up')?.samples).toEqual([{ labels: {}, value: 1 }])
  expect(deals('hubgen_entity_info')).toEqual([['hubspot.deal', hostile.toWellFormed(), 1]])
  expect(deals('hubgen_entity_state')).toContainEqual(['running', 1])
  expect(deals('hubgen_entity_state')).toContainEqual(['ok', 0])
  expect(deals('hubgen_records')).toEqual([
    ['false', 120],
    ['true', 3],
  ])
  expect(deals('hubgen_last_success_timestamp_seconds')).toEqual([
    [Date.parse('2026-11-20T09:00:40Z') / 1000],
  ])
  expect(deals('hubgen_freshness_seconds')).toEqual([['stamped', 60]])
  expect(deals('hubgen_expected_run_seconds')).toEqual([['full', 40]])
  expect(deals('hubgen_running')).toEqual([[1]])
  expect(deals('hubgen_running_pass_expected_records')).toEqual([[200]])
  expect(deals('hubgen_quarantine_values')).toEqual([[1]])
  expect(deals('hubgen_drift')).toEqual([
    ['schema', 1],
    ['label', 0],
  ])
  expect(deals('hubgen_check_failed')).toEqual([[1]])
  expect(families.get('hubgen_api_calls_today')?.samples[0]?.value).toBe(14)
  expect(families.get('hubgen_api_calls_remaining')?.samples[0]?.value).toBe(499_990)
  expect(deals('hubgen_runs_total')).toEqual([
    ['failed', 1],
    ['succeeded', 1],
  ])
  expect(deals('hubgen_run_seconds_total')).toEqual([[42.5]])
  expect(deals('hubgen_run_api_calls_total')).toEqual([[10]])
  expect(deals('hubgen_run_records_total')).toContainEqual(['read', 120])
  expect(families.get('hubgen_records')?.samples).toHaveLength(2)
})

test('unknown values have no sample, and an unreachable database is reported', () => {
  const families = parse(formatMetrics(neverSynced(watched, { now: noon })))
  expect(families.get('hubgen_running')?.samples.map(({ value }) => value)).toEqual([0, 0])
  for (const family of ['records', 'last_success_timestamp_seconds', 'api_calls_permitted']) {
    expect(families.has(`hubgen_${family}`)).toBe(false)
  }
  expect([...parse(formatMetrics(null))]).toMatchObject([
    ['hubgen_up', { type: 'gauge', samples: [{ value: 0 }] }],
  ])
  expect(expositionType).toBe('text/plain; version=0.0.4; charset=utf-8')
})
