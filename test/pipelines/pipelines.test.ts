import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Entity } from '../../runtime/entity.ts'
import { pipelines } from '../../runtime/sync/passes/pipelines.ts'
import type { Pipeline, Stage } from '../../simulator/store.ts'
import { alterAnswers } from '../support/hubspot/altered-answers.ts'
import { runPass } from '../support/run-pass.ts'
import { startTestSimulator } from '../support/simulator.ts'
import { openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'

let portal: SyncPortal
let entity: Entity

async function makeTables({ database }: SyncPortal): Promise<void> {
  await database.query(`
    CREATE TABLE IF NOT EXISTS hubspot.vehicle_pipeline (
      pipeline_id text PRIMARY KEY, label text NOT NULL, display_order integer, active boolean NOT NULL,
      created_at timestamptz, updated_at timestamptz, object_type_id text NOT NULL,
      _fivetran_deleted boolean NOT NULL DEFAULT false, _fivetran_synced timestamptz NOT NULL DEFAULT now());
    CREATE TABLE IF NOT EXISTS hubspot.vehicle_pipeline_stage (
      stage_id text PRIMARY KEY, pipeline_id text NOT NULL, label text NOT NULL, display_order integer,
      active boolean NOT NULL, is_closed boolean, closed_won boolean, probability double precision,
      ticket_state text, created_at timestamptz, updated_at timestamptz,
      _fivetran_deleted boolean NOT NULL DEFAULT false, _fivetran_synced timestamptz NOT NULL DEFAULT now())`)
}

beforeEach(async () => {
  portal = await openSyncPortal('vehicle', { records: { Vehicle: 3 } }, {}, makeTables)
  const tables = {
    table: 'hubspot.vehicle_pipeline',
    stageTable: 'hubspot.vehicle_pipeline_stage',
  } as const
  entity = { ...portal.entity, pipelines: tables }
})

afterEach(() => portal[Symbol.asyncDispose]())

const dates = {
  createdAt: '1970-01-01T00:00:00Z',
  updatedAt: '2025-01-02T03:04:05.6Z',
  archived: false,
}
const writePermissions = 'CRM_PERMISSIONS_ENFORCEMENT'

function stage(id: string, label: string, metadata: Stage['metadata']): Stage {
  return { id, label, displayOrder: 0, metadata, writePermissions, ...dates }
}

function pipeline(id: string, stages: readonly Stage[]): Pipeline {
  return { id, label: `Pipeline ${id}`, displayOrder: 1, stages, ...dates }
}

const open = stage('1', 'Open', { isClosed: 'false', probability: '0.2' })
const won = stage('closed.won A', 'Won "big"', { isClosed: 'true', probability: '1.0' })
const done = stage('done', 'Done', { ticketState: 'CLOSED' })
const odd = stage('odd', 'Odd', { isClosed: 'perhaps', probability: 'NaN' })

const setPipelines = (list: readonly Pipeline[] | undefined) =>
  portal.simulator.store.setPipelines(entity.objectType, list)
const run = () => runPass(portal, pipelines, { entity })
const read = (query: string) => portal.database.query(query)

test('pipelines and stages of a custom object are rows, read by one call', async () => {
  setPipelines([pipeline('default', [open, won]), pipeline('0', [done, odd])])
  expect((await run()).calls).toBe(1)
  expect(
    await read(`SELECT pipeline_id, label, display_order, active, object_type_id, created_at
      FROM hubspot.vehicle_pipeline ORDER BY pipeline_id`),
  ).toEqual(
    ['0', 'default'].map((id) => ({
      pipeline_id: id,
      label: `Pipeline ${id}`,
      display_order: 1,
      active: true,
      object_type_id: entity.objectType,
      created_at: new Date(0),
    })),
  )
  expect(
    await read(`SELECT stage_id, pipeline_id, label, is_closed, closed_won, probability, ticket_state
      FROM hubspot.vehicle_pipeline_stage ORDER BY stage_id`),
  ).toEqual([
    stageRow('1', 'default', 'Open', [false, false, 0.2, null]),
    stageRow('closed.won A', 'default', 'Won "big"', [true, true, 1, null]),
    stageRow('done', '0', 'Done', [true, null, null, 'CLOSED']),
    stageRow('odd', '0', 'Odd', [null, null, null, null]),
  ])
})

function stageRow(
  id: string,
  pipelineId: string,
  label: string,
  [closed, closedWon, probability, ticketState]: readonly unknown[],
) {
  return {
    stage_id: id,
    pipeline_id: pipelineId,
    label,
    is_closed: closed,
    closed_won: closedWon,
    probability,
    ticket_state: ticketState,
  }
}

test('what is gone is marked, what comes back is not, and the rest is left alone', async () => {
  setPipelines([pipeline('default', [open, won]), pipeline('0', [done])])
  await run()
  const stages = () =>
    read(`SELECT stage_id, label, _fivetran_deleted AS gone, _fivetran_synced::text AS synced
      FROM hubspot.vehicle_pipeline_stage ORDER BY stage_id`)
  const before = await stages()
  setPipelines([pipeline('default', [{ ...open, label: 'Opened' }, won])])
  await run()
  const after = await stages()
  expect(after.map(({ label, gone }) => [label, gone])).toEqual([
    ['Opened', false],
    ['Won "big"', false],
    ['Done', true],
  ])
  expect(after[1]).toEqual(before[1])
  expect(
    await read('SELECT pipeline_id FROM hubspot.vehicle_pipeline WHERE _fivetran_deleted'),
  ).toEqual([{ pipeline_id: '0' }])
  setPipelines([pipeline('default', [open, won]), pipeline('0', [done])])
  await run()
  expect((await stages()).map(({ gone }) => gone)).toEqual([false, false, false])
})

test('a missing scope leaves rows alone and is reported', async () => {
  setPipelines([pipeline('default', [open])])
  await run()
  await using withoutScope = await startTestSimulator({ scopes: ['crm.objects.contacts.read'] })
  const without = { ...portal, simulator: withoutScope }
  const { counts, events } = await runPass(without, pipelines, { entity })
  expect(counts.skipped).toMatch(/^SCOPE_MISSING: /)
  expect(events).toEqual([expect.objectContaining({ type: 'notice', code: 'SCOPE_MISSING' })])
  expect(await read('SELECT count(*) FROM hubspot.vehicle_pipeline')).toEqual([{ count: '1' }])
})

test('where the tables are missing nothing is asked, and a notice says how to make them', async () => {
  await read('DROP TABLE hubspot.vehicle_pipeline_stage')
  const { calls, events } = await run()
  expect(calls).toBe(0)
  expect(events).toEqual([
    expect.objectContaining({
      code: 'PIPELINES_TABLE_MISSING',
      fix: expect.stringMatching(/^run `hubgen migrate`;/),
    }),
  ])
})

test('a list without a pipeline changes no known pipeline, and is reported', async () => {
  setPipelines([pipeline('default', [open])])
  await run()
  setPipelines([])
  const { counts, events } = await run()
  expect(counts.skipped).toMatch(/^PIPELINES_EMPTY: /)
  expect(events).toEqual([expect.objectContaining({ type: 'notice', code: 'PIPELINES_EMPTY' })])
  expect(await live()).toEqual({ pipelines: ['default'], stages: ['1'] })
})

/** Ids of unmarked rows. */
async function live() {
  const [row] = await read(`SELECT
    ARRAY(SELECT pipeline_id FROM hubspot.vehicle_pipeline WHERE NOT _fivetran_deleted ORDER BY 1) AS pipelines,
    ARRAY(SELECT stage_id FROM hubspot.vehicle_pipeline_stage WHERE NOT _fivetran_deleted ORDER BY 1) AS stages`)
  return row
}

describe('an answer about pipelines that is not whole', () => {
  type Sent = Record<string, unknown>
  const byId = (id: string, alter: (one: Sent) => unknown) => (results: Sent[]) =>
    results.map((one) => (one['id'] === id ? alter(one) : one))
  async function runAltered(change: (results: Sent[]) => unknown) {
    await using altered = await alterAnswers(portal.simulator.url)
    altered.alter(({ path }, { status, body }) => {
      if (!path.includes('/pipelines')) return undefined
      const { results } = body as { results: Sent[] }
      return { status, body: { results: change(results) } }
    })
    const simulator = { ...portal.simulator, url: altered.url }
    return await runPass({ ...portal, simulator }, pipelines, { entity })
  }
  const lackingStages: Record<string, (results: Sent[]) => unknown> = {
    'without `stages`': byId('default', ({ stages: _, ...one }) => one),
    'with null for `stages`': byId('default', (one) => ({ ...one, stages: null })),
    'with no stage at all': byId('default', (one) => ({ ...one, stages: [] })),
    'with a stage that has no id': byId('default', (one) => ({ ...one, stages: [{ label: 'x' }] })),
  }

  test.each(Object.entries(lackingStages))(
    'a pipeline %s keeps its stages, and others lose theirs',
    async (_, alter) => {
      setPipelines([pipeline('default', [open, won]), pipeline('0', [done, odd])])
      await run()
      setPipelines([pipeline('default', [open, won]), pipeline('0', [odd])])
      const { counts, events } = await runAltered(alter)
      expect(await live()).toEqual({
        pipelines: ['0', 'default'],
        stages: ['1', 'closed.won A', 'odd'],
      })
      expect(counts.skipped).toContain(
        "PIPELINES_INCOMPLETE: HubSpot's answer lacks stages of 1 pipeline:",
      )
      expect(events).toEqual([expect.objectContaining({ code: 'PIPELINES_INCOMPLETE' })])
    },
  )

  test('a new pipeline with no stage is no reason to say anything', async () => {
    setPipelines([pipeline('default', [open]), pipeline('empty', [])])
    expect(await run()).toMatchObject({ counts: {}, events: [] })
  })

  test('a pipeline without an id leaves all as they are, and one with a number has the digits', async () => {
    setPipelines([pipeline('default', [open, won]), pipeline('0', [done])])
    await run()
    const { counts } = await runAltered((results) =>
      results.map(({ id, ...one }) => (id === 'default' ? one : { id: Number(id), ...one })),
    )
    expect(counts.skipped).toContain('PIPELINES_INCOMPLETE: ')
    expect(await live()).toEqual({
      pipelines: ['0', 'default'],
      stages: ['1', 'closed.won A', 'done'],
    })
  })

  test('further pages are read', async () => {
    setPipelines([pipeline('default', [open, won]), pipeline('0', [done])])
    await run()
    await using altered = await alterAnswers(portal.simulator.url)
    altered.alter(({ path, query }, { status, body }) => {
      if (!path.includes('/pipelines')) return undefined
      const { results } = body as { results: Sent[] }
      const [first, second] = results
      if (query.get('after') === 'x') return { status, body: { results: [second] } }
      return { status, body: { results: [first], paging: { next: { after: 'x' } } } }
    })
    const simulator = { ...portal.simulator, url: altered.url }
    await runPass({ ...portal, simulator }, pipelines, { entity })
    expect(await live()).toMatchObject({ pipelines: ['0', 'default'] })
  })
})
