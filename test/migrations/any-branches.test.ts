import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Analysis, ColumnType } from '../../generator/model/analysis.ts'
import { buildAnalysis } from '../../generator/model/build-analysis.ts'
import { retypeColumn } from '../../generator/model/retype-column.ts'
import { tableColumns } from '../../generator/model/table-columns.ts'
import { sqlIdentifier } from '../../generator/render/text/escape-sql.ts'
import { HubgenError } from '../../runtime/errors.ts'
import { openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import type { LabelFiles } from '../../runtime/postgres/schema/apply-labels.ts'
import { type MigrationFile, migrateWithLabels } from '../../runtime/postgres/schema/migrate.ts'
import { ensureMigrationState } from '../../runtime/postgres/state/state.ts'
import { dealFacts, defineProperty } from '../support/entity-facts.ts'
import { hostileText } from '../support/hostile-analysis.ts'
import { labelsOf, migrationsTo } from '../support/migration-cases.ts'
import {
  createDatabase,
  type Postgres15,
  postgres15Missing,
  startPostgres15,
} from '../support/postgres.ts'
import { readSchemaState } from '../support/table-state.ts'

/**
 * HubSpot's definitions: two branches with different types of one property would conflict with a separate
 * error.
 */
const declared: Readonly<Record<string, string>> = {
  amount: 'number',
  dealname: 'string',
  createdate: 'datetime',
  stage: 'enumeration',
  a: 'string',
  A: 'number',
  'odd "name"; --': 'date',
  ['x'.repeat(60)]: 'string',
}
const names = Object.keys(declared)
const types: readonly ColumnType[] = ['text', 'numeric', 'bigint', 'date']
const samples: Readonly<Partial<Record<ColumnType, string>>> = {
  text: `'1'`,
  numeric: '1.5',
  bigint: '1',
  date: `'2026-03-12'`,
  timestamptz: `'2026-03-12T07:36:23.415Z'`,
}
const linked = [
  { entity: 'contacts', objectTypeId: '0-1' },
  { entity: 'companies', objectTypeId: '0-2' },
].map((end) => ({ ...end, types: [{ category: 'HUBSPOT_DEFINED', typeId: 3, label: null }] }))

/** HubSpot's definitions at one time, and the choices that a person makes then. */
const moment = fc.record({
  names: fc.subarray(names),
  label: hostileText,
  archived: fc.boolean(),
  several: fc.boolean(),
  associations: fc.subarray(linked),
  indexed: fc.subarray(names, { maxLength: 2 }),
  retyped: fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...types)), {
    maxLength: 2,
  }),
  forgotten: fc.oneof({ weight: 2, arbitrary: fc.constant<string[]>([]) }, fc.subarray(names)),
})
type Moment = typeof moment extends fc.Arbitrary<infer Value> ? Value : never

/** A history: a base, two branches, what is there after their merge, and which files a database runs one by one. */
const history = fc.record({
  base: moment,
  one: fc.array(moment, { minLength: 1, maxLength: 2 }),
  two: fc.array(moment, { minLength: 1, maxLength: 2 }),
  merged: moment,
  keepsOne: fc.boolean(),
  ran: fc.array(fc.constantFrom('one' as const, 'two' as const), { maxLength: 3 }),
})

function explore(now: Moment, earlier: Analysis | null): Analysis {
  const definitions = now.names.map((name) =>
    defineProperty(name, declared[name], {
      label: now.label,
      archived: now.archived && name !== 'dealname',
      // A number of several values is text, and would be a clash of types.
      fieldType: declared[name] !== 'enumeration' ? 'text' : now.several ? 'checkbox' : 'select',
      options: declared[name] === 'enumeration' ? [{ value: 'v', label: now.label }] : [],
    }),
  )
  const facts = dealFacts(definitions, { associations: now.associations })
  const { analysis, problems } = buildAnalysis(facts, earlier, null)
  expect(problems).toEqual([])
  const properties = analysis.properties
    .filter(({ name }) => !now.forgotten.includes(name))
    .map((property, _, all) => {
      const type = now.retyped.find(([name]) => name === property.name)?.[1]
      if (type === undefined || earlier === null) return property
      const taken = new Set(
        tableColumns({ ...analysis, properties: all }).map(({ column }) => column.name),
      )
      return retypeColumn(property, type, 'Chosen.', taken)
    })
  const known = new Set(properties.map(({ name }) => name))
  const extraIndexes = now.indexed.filter((name) => known.has(name))
  return { ...analysis, properties, ...(extraIndexes.length > 0 && { extraIndexes }) }
}

interface Branch {
  readonly analysis: Analysis
  readonly files: readonly MigrationFile[]
}

function follow(from: Branch, moments: readonly Moment[]): Branch {
  return moments.reduce(({ analysis, files }, now) => {
    const next = explore(now, analysis)
    const unusedParts = now.forgotten.length > 0 ? 'dropped' : 'kept'
    return { analysis: next, files: [...files, ...migrationsTo(next, files, unusedParts)] }
  }, from)
}

const inOrder = (files: readonly MigrationFile[]) =>
  [...new Map(files.map((file) => [file.name, file])).values()].toSorted((a, b) =>
    a.name < b.name ? -1 : 1,
  )

describe('on Postgres 18', () => {
  describeBranches(() => inject('postgresUrl'), 24)
})

describe.skipIf(postgres15Missing !== undefined)('on Postgres 15', () => {
  let server: Postgres15
  beforeAll(async () => {
    server = await startPostgres15()
  })
  afterAll(() => server[Symbol.asyncDispose]())
  describeBranches(() => server.url, 8)
})

function describeBranches(serverUrl: () => string, numRuns: number): void {
  let existing: Copy
  let fresh: Copy
  beforeAll(async () => {
    existing = await openCopy(serverUrl())
    fresh = await openCopy(serverUrl())
  })
  afterAll(async () => {
    await existing.close()
    await fresh.close()
  })

  test('whatever two branches did, a database ends where a new one does; rows and rights stay', async () => {
    await fc.assert(
      fc.asyncProperty(history, async ({ base, one, two, merged, keepsOne, ran }) => {
        await existing.empty()
        const start = follow({ analysis: explore(base, null), files: [] }, [base])
        await existing.migrate(start.files, [labelsOf(start.analysis)])
        await existing.setRights()
        await existing.insertRow(start.analysis)
        const before = await existing.readRights()

        const branches = { one: follow(start, one), two: follow(start, two) }
        await runSome(existing, start, branches, ran)

        const kept = keepsOne ? branches.one : branches.two
        const all = inOrder([...branches.one.files, ...branches.two.files])
        const end = follow({ analysis: kept.analysis, files: all }, [merged])
        await existing.migrate(end.files, [labelsOf(end.analysis)])
        expect(migrationsTo(end.analysis, end.files)).toEqual([])

        await fresh.empty()
        await fresh.migrate(end.files, [labelsOf(end.analysis)])
        expect(await existing.readState()).toEqual(await fresh.readState())
        expect(await existing.readRights()).toEqual(before)
        expect(await existing.countSeen()).toEqual(await existing.countVisible())
      }),
      { numRuns },
    )
  })
}

/** A database that took files of the branches before they were merged, as their merge requests were. */
async function runSome(
  copy: Copy,
  start: Branch,
  branches: Readonly<Record<'one' | 'two', Branch>>,
  ran: readonly ('one' | 'two')[],
): Promise<void> {
  const taken = { one: start.files.length, two: start.files.length }
  for (const branch of ran) {
    taken[branch] = Math.min(taken[branch] + 1, branches[branch].files.length)
    const files = inOrder([
      ...branches.one.files.slice(0, taken.one),
      ...branches.two.files.slice(0, taken.two),
    ])
    await copy.migrate(files, [])
    await copy.insertRow(start.analysis)
  }
}

/** A database with what people keep in one. */
interface Copy {
  empty(): Promise<void>
  /** Where somebody's view stands in the way it is dropped, and made again after it. No value gets lost. */
  migrate(files: readonly MigrationFile[], labels: readonly LabelFiles[]): Promise<void>
  setRights(): Promise<void>
  readRights(): Promise<unknown>
  readState(): Promise<unknown>
  insertRow(analysis: Analysis): Promise<void>
  /** Rows that the reading role sees in the labelled view. */
  countSeen(): Promise<number>
  /** Those that its policy lets it see. */
  countVisible(): Promise<number>
  close(): Promise<void>
}

const theirView = 'CREATE VIEW public.theirs AS SELECT id FROM hubspot.deal_labelled'

async function openCopy(serverUrl: string): Promise<Copy> {
  const scratch = await createDatabase(serverUrl)
  const database = await openDatabase(readDatabaseSettings({ DATABASE_URL: scratch.url }, '.'))
  const reader = `reader_${scratch.name}`
  const { query } = scratch
  await query(`CREATE ROLE ${reader}; ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO ${reader}`)
  await ensureMigrationState(database)
  const bring = (files: readonly MigrationFile[], labels: readonly LabelFiles[]) =>
    migrateWithLabels(database, files, labels)
  const readRows = async () =>
    (
      await query<{ row: Record<string, unknown> }>(
        'SELECT to_jsonb(deal) AS row FROM hubspot.deal ORDER BY id',
      )
    ).map(({ row }) => row)
  return {
    async empty() {
      await query('DROP VIEW IF EXISTS public.theirs, public.mine')
      await query('DROP SCHEMA IF EXISTS hubspot CASCADE')
      await query('DELETE FROM hubgen.migration; DELETE FROM hubgen.view')
    },
    async migrate(files, labels) {
      const [known] = await query(`SELECT to_regclass('hubspot.deal') AS deal`)
      const rows = known?.['deal'] === null ? [] : await readRows()
      await bring(files, labels).catch(async (error: unknown) => {
        if (!(error instanceof HubgenError)) throw error
        expect(['VIEW_IN_USE', 'MIGRATION_BLOCKED']).toContain(error.code)
        expect(error.message).toMatch(/view (?:public\.)?theirs depends on/)
        await query('DROP VIEW public.theirs')
        await bring(files, labels)
      })
      const dropped = files.flatMap(
        ({ sql: text }) => text.match(/DROP COLUMN IF EXISTS .*/g) ?? [],
      )
      const found = await readRows()
      for (const [position, row] of rows.entries()) {
        const stays = Object.entries(row).filter(
          ([name]) => !dropped.some((line) => line.includes(sqlIdentifier(name))),
        )
        expect(found[position]).toMatchObject(Object.fromEntries(stays))
      }
    },
    async setRights() {
      await query(`
        ALTER TABLE hubspot.deal ENABLE ROW LEVEL SECURITY;
        CREATE POLICY odd ON hubspot.deal FOR SELECT TO ${reader} USING (id % 2 = 1);
        GRANT USAGE ON SCHEMA hubspot TO ${reader};
        ALTER VIEW hubspot.deal_labelled SET (security_barrier = true);
        COMMENT ON VIEW hubspot.deal_labelled IS 'Ask Ada';
        CREATE VIEW public.mine AS SELECT id, updated_at FROM hubspot.deal;
        ${theirView}`)
    },
    readRights: () =>
      query(`
        SELECT relname, pg_get_userbyid(relowner) AS owner, relacl::text, reloptions,
          relrowsecurity, CASE WHEN relkind = 'v' THEN obj_description(pg_class.oid) END AS comment
        FROM pg_class WHERE relnamespace IN ('hubspot'::regnamespace, 'public'::regnamespace)
          AND relname IN ('deal', 'deal_labelled', 'mine') ORDER BY 1`),
    readState: async () =>
      (await readSchemaState(query)).map(({ about, ...rest }) =>
        rest['relkind'] === 'v' ? rest : { about, ...rest },
      ),
    async insertRow(analysis) {
      const live = await query<{ name: string }>(`SELECT attname AS name FROM pg_attribute
        WHERE attrelid = 'hubspot.deal'::regclass AND NOT attisdropped`)
      const there = new Set(live.map(({ name }) => name))
      const columns = tableColumns(analysis).filter(({ column }) => there.has(column.name))
      const into = columns.map(({ column }) => `, ${sqlIdentifier(column.name)}`).join('')
      const values = columns.map(({ column }) => `, ${samples[column.type] ?? 'NULL'}`).join('')
      await query(`INSERT INTO hubspot.deal (id, updated_at${into})
        SELECT count(*) + 1, now()${values} FROM hubspot.deal`)
    },
    countSeen: () =>
      database.kysely.transaction().execute(async (transaction) => {
        await sql.raw(`SET LOCAL ROLE ${reader}`).execute(transaction)
        const { rows } = await sql<{ seen: number }>`
          SELECT count(*)::int AS seen FROM hubspot.deal_labelled`.execute(transaction)
        return rows[0]?.seen ?? -1
      }),
    async countVisible() {
      const [row] = await query<{ seen: number }>(
        'SELECT count(*)::int AS seen FROM hubspot.deal WHERE id % 2 = 1',
      )
      return row?.seen ?? -2
    },
    async close() {
      await query(`DROP OWNED BY ${reader}; DROP ROLE ${reader}`)
      await database.close()
      await scratch.close()
    },
  }
}
