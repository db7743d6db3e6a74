import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type FivetranTable,
  fivetranTables,
  type KnownMerges,
  liveRecords,
} from '../oracle/fivetran-rows.ts'
import { type HubgenFolder, openHubgenFolder } from '../oracle/hubgen-folder.ts'
import { type JudgedCopy, openJudgedCopy } from '../oracle/judged-copy.ts'
import type { Stage } from '../oracle/stage.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { runHubgen } from '../support/run-hubgen.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { breaksOf } from './break-views.ts'
import { CLAIMS } from './fivetran-claims.ts'
import {
  compareTable,
  type RunQuery,
  readColumns,
  wrongColumns,
  wrongFlags,
} from './judge-views.ts'
import { history, leavingFivetran as scenario } from './leaving-fivetran.ts'

/** Of views with fewer than ten rows. */
const LEAST_ROWS: Readonly<Record<string, number>> = {
  contact_merge_audit: 3,
  deal_pipeline: 2,
  merged_deal: 4,
  owner_team: 3,
  role: 2,
  team: 3,
  team_user: 3,
  ticket_company: 3,
  ticket_contact: 3,
  ticket_deal: 3,
  ticket_engagement: 3,
  ticket_pipeline: 2,
  ticket_pipeline_stage: 4,
  deal_pipeline_stage: 8,
  users: 3,
  owner: 5,
}

/** Columns without a value in this portal, with the reason. */
const EMPTY: Readonly<Record<string, string>> = {
  'deal_pipeline._fivetran_deleted': 'no pipeline is deleted here',
  'deal_pipeline_stage._fivetran_deleted': 'no stage is deleted here',
  'owner_team._fivetran_deleted': 'no owner leaves a team here',
  'role._fivetran_deleted': 'no role is deleted here',
  'team._fivetran_deleted': 'no team is deleted here',
  'team_user._fivetran_deleted': 'no user leaves a team here',
  'ticket_pipeline._fivetran_deleted': 'no pipeline is deleted here',
  'ticket_pipeline_stage._fivetran_deleted': 'no stage is deleted here',
  'users._fivetran_deleted': 'no user is deleted here',
}

/** Breaks that change no row of this portal, with the reason. */
const SAME_ROWS: Readonly<Record<string, string>> = {
  'contact_merge_audit without the merges of a survivor': 'each contact names its whole chain',
  'contact_merge_audit without the last merge of a chain': 'each contact names its whole chain',
  'merged_deal without the merges of a survivor': 'each deal names all ids of its chain',
  'merged_deal without the last merge of a chain': 'each deal names all ids of its chain',
}

const stack = new AsyncDisposableStack()
let database: TestDatabase
let folder: HubgenFolder
let copy: JudgedCopy
const merges: KnownMerges = new Map()
/** Ids that were live at the end of some run, by entity. */
const seen = new Map<string, Set<string>>()

beforeAll(async () => {
  database = stack.use(await createDatabase())
  const { path } = stack.use(await temporaryDirectory())
  folder = await openHubgenFolder(path, scenario.entities)
  copy = stack.use(await openJudgedCopy({ scenario, seed: 11, folder, databaseUrl: database.url }))
}, 240_000)

afterAll(() => stack.disposeAsync())

describe("the views have the rows that Fivetran's tables would have", () => {
  test.each(scenario.stages)('$name', async (stage) => {
    await reach(stage)
    expect(await differences()).toEqual({})
    expect(await wrongFlags(database.query, copy.hand.store, seen)).toEqual({})
  })

  test('an erased record has its flags and no values', async () => {
    const { store, typeId, at } = copy.hand
    const id = at('deals', 2)
    store.purge(typeId('deals'), id)
    await reach({ name: 'purged', horizon: 'day', daysPass: 1 })
    const { exitCode, errors } = await runHubgen(
      folder.directory,
      ['erase', 'deals', id],
      copy.environment,
    )
    expect([exitCode, errors]).toEqual([0, ''])
    expect(await differences()).toEqual({})
    expect(await wrongFlags(database.query, copy.hand.store, seen)).toEqual({})
    expect(
      await database.query(
        `SELECT property_dealname, owner_id, deal_pipeline_stage_id,
          (SELECT count(*)::int FROM hubspot_fivetran.deal_stage WHERE deal_id = $1) AS stages
        FROM hubspot_fivetran.deal WHERE deal_id = $1`,
        [id],
      ),
    ).toEqual([
      { property_dealname: null, owner_id: null, deal_pipeline_stage_id: null, stages: 0 },
    ])
  })

  test('a deal that was merged away has no stages of its own', async () => {
    const rows = await database.query(`
      SELECT deal_id FROM hubspot_fivetran.deal_stage
      WHERE deal_id IN (SELECT merged_deal_id FROM hubspot_fivetran.merged_deal)`)
    expect(rows).toEqual([])
  })
})

describe('a chain of merges that is known link by link', () => {
  test.each([
    ['merged_deal', 'deal_id', 'merged_deal', 'deal_id', 'merged_deal_id'],
    ['merged_contact', 'contact_id', 'contact_merge_audit', 'canonical_vid', 'vid_to_merge'],
  ])('in %s ends at its last record', async (table, id, view, survivor, merged) => {
    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    try {
      await client.query('BEGIN')
      const { rows: links } = await client.query<{ first: string; next: string; last: string }>(
        `SELECT merged_${id} AS first, ${id} AS next, 1 AS last FROM hubspot.${table} AS link
        WHERE NOT EXISTS (SELECT FROM hubspot.${table} AS later WHERE later.merged_${id} = link.${id}) LIMIT 1`,
      )
      const [{ first, next, last } = { first: '', next: '', last: '' }] = links
      await client.query(`INSERT INTO hubspot.${table} (merged_${id}, ${id}) VALUES ($1, $2)`, [
        next,
        last,
      ])
      const { rows } = await client.query(
        `SELECT ${survivor}::text AS survivor FROM hubspot_fivetran.${view} WHERE ${merged} IN ($1, $2)`,
        [first, next],
      )
      expect(rows).toEqual([{ survivor: '1' }, { survivor: '1' }])
      await client.query('ROLLBACK')
    } finally {
      await client.end()
    }
  })
})

describe('the rows say something', () => {
  const claims = Object.entries(CLAIMS)
  test.each(claims)('%s has rows, and a value in every column', async (view, columns) => {
    const names = Object.keys(columns)
    const filled = names.map(
      (name) =>
        `count(*) FILTER (WHERE "${name}"::text NOT IN ('', '0', 'false'))::int AS "${name}"`,
    )
    const [found = {}] = await database.query(
      `SELECT count(*)::int AS "rows", ${filled.join(', ')} FROM hubspot_fivetran.${view}`,
    )
    expect(found['rows']).toBeGreaterThanOrEqual(LEAST_ROWS[view] ?? 10)
    const empty = names.filter((name) => found[name] === 0).map((name) => `${view}.${name}`)
    expect(empty).toEqual(Object.keys(EMPTY).filter((name) => name.startsWith(`${view}.`)))
  })
})

describe('a wrong view is found', () => {
  test('whatever is wrong with it', async () => {
    const breaks = breaksOf(join(folder.directory, 'generated/compat/fivetran.sql'))
    expect([...new Set(breaks.map(({ view }) => view))]).toEqual(Object.keys(CLAIMS).sort())
    const tables = new Map(
      fivetranTables({ store: copy.hand.store, history, merges }).map((one) => [one.table, one]),
    )
    expect([...tables.keys()].sort()).toEqual(Object.keys(CLAIMS).sort())
    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    stack.defer(() => client.end())
    const query: RunQuery = async (sql, values) => (await client.query(sql, values?.slice())).rows
    const unseen: string[] = []
    for (const { view, name, sql } of breaks) {
      await client.query('BEGIN')
      await client.query(sql)
      const isSeen = await isWrong(query, tables.get(view))
      if (!isSeen && !(`${view} ${name}` in SAME_ROWS)) unseen.push(`${view} ${name}`)
      await client.query('ROLLBACK')
    }
    expect(unseen).toEqual([])
    for (const table of tables.values()) expect(await isWrong(query, table)).toBe(false)
  })
})

async function isWrong(query: RunQuery, table: FivetranTable | undefined): Promise<boolean> {
  if (table === undefined) return false
  if (wrongColumns(table.table, await readColumns(query)).length > 0) return true
  return (await compareTable(query, table)).length > 0
}

/** The portal's part of a stage, and a run of hubgen. */
async function reach(stage: Stage): Promise<void> {
  copy.change(stage, null)
  if (stage.config !== undefined) await folder.generate(stage.config, copy.environment)
  if (stage.daysPass !== undefined) await copy.passTime(stage.daysPass)
  const reports = await copy.sync(stage.options)
  expect(reports.filter(({ outcome }) => outcome !== 'succeeded')).toEqual([])
  for (const name of scenario.entities) {
    const ids = seen.get(name) ?? new Set()
    seen.set(name, ids)
    for (const { id } of liveRecords(copy.hand.store, name)) ids.add(id)
  }
}

/** The first rows that one side lacks, by table. */
async function differences(): Promise<Record<string, readonly object[]>> {
  const differing: Record<string, readonly object[]> = {}
  for (const table of fivetranTables({ store: copy.hand.store, history, merges })) {
    const rows = await compareTable(database.query, table)
    if (rows.length > 0) differing[table.table] = rows
  }
  return differing
}
