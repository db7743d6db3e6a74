import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Analysis } from '../../generator/model/analysis.ts'
import { parseAnalysis } from '../../generator/model/analysis-file.ts'
import { render } from '../../generator/render/render.ts'
import { openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { migrateWithLabels } from '../../runtime/postgres/schema/migrate.ts'
import { createDatabase } from '../support/postgres.ts'
import { CLAIMS, type Family, JOINS, NOT_CLAIMED } from './fivetran-claims.ts'

const generated = fileURLToPath(new URL('../../generated', import.meta.url))
const HISTORY: Readonly<Record<string, readonly string[]>> = {
  companies: ['name'],
  contacts: ['email'],
  deals: ['dealstage', 'amount'],
  tickets: ['hs_pipeline', 'hs_pipeline_stage'],
}

/** The simulated portal with everything on, and with communications, which are like notes. */
function readAnalyses(): readonly Analysis[] {
  const analyses = readGenerated()
  const notes = analyses.find(({ entity }) => entity === 'notes')
  if (notes === undefined || analyses.some(({ entity }) => entity === 'communications')) {
    return analyses
  }
  const names = { entity: 'communications', table: 'communication' }
  const objectType = { ...notes.objectType, id: '0-18', name: 'communications' }
  return [...analyses, { ...notes, ...names, objectType }]
}

function readGenerated(): readonly Analysis[] {
  return globSync('*/analysis.json', { cwd: generated }).map((path) => {
    const parsed = parseAnalysis(readFileSync(`${generated}/${path}`, 'utf8'))
    if ('problems' in parsed) throw new Error(parsed.problems.join('\n'))
    const { analysis } = parsed
    const history = HISTORY[analysis.entity] ?? []
    return { ...analysis, compat: 'fivetran', ...(history.length > 0 && { history }) }
  })
}

const FAMILIES: Readonly<Record<string, Family>> = {
  bigint: 'id',
  integer: 'integer',
  numeric: 'number',
  'double precision': 'number',
  text: 'text',
  boolean: 'boolean',
  'timestamp with time zone': 'time',
}

const stack = new AsyncDisposableStack()
/** Families by `table.column`. */
const found = new Map<string, string>()

beforeAll(async () => {
  const scratch = stack.use(await createDatabase())
  const files = render(readAnalyses(), [])
  const text = (path: string) => files.get(path) ?? ''
  const entities = [...files.keys()].flatMap(
    (path) => /^(.+)\/labelled\.sql$/.exec(path)?.[1] ?? [],
  )
  await using database = await openDatabase(
    readDatabaseSettings({ DATABASE_URL: scratch.url }, '.'),
  )
  await migrateWithLabels(
    database,
    [...files]
      .filter(([path]) => path.startsWith('migrations/'))
      .map(([path, sql]) => ({ name: path.slice('migrations/'.length), sql })),
    [
      ...entities.map((entity) => ({
        entity,
        labels: text(`${entity}/labels.sql`),
        labelled: text(`${entity}/labelled.sql`),
      })),
      { compat: text('compat/fivetran.sql') },
    ],
  )
  const rows = await scratch.query<{ name: string; type: string }>(`
    SELECT relname || '.' || attname AS name, format_type(atttypid, atttypmod) AS type
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = 'hubspot_fivetran'::regnamespace AND relkind = 'v' AND attnum > 0`)
  for (const { name, type } of rows) found.set(name, FAMILIES[type] ?? type)
})

afterAll(() => stack.disposeAsync())

describe('the views have the columns that Fivetran’s dbt package reads', () => {
  test.each(Object.entries(CLAIMS))('%s', (table, columns) => {
    const wanted = Object.entries(columns).map(([name, family]) => [`${table}.${name}`, family])
    expect(wanted.map(([name = '']) => [name, found.get(name) ?? 'missing'])).toEqual(wanted)
  })

  test.each(JOINS)('%s can be joined with %s', (left, right) => {
    expect(found.get(left)).toBeDefined()
    expect(found.get(left)).toBe(found.get(right))
  })

  test('nothing is both claimed and not claimed', () => {
    const both = Object.keys(NOT_CLAIMED).filter((name) => {
      const [table = '', column] = name.split('.')
      return column === undefined ? table in CLAIMS : column in (CLAIMS[table] ?? {})
    })
    expect(both).toEqual([])
  })
})
