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
import { CLAIMS, JOINS, NOT_CLAIMED } from './fivetran-claims.ts'
import { readColumns, wrongColumns } from './judge-views.ts'

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

/** Resources have an analysis of another kind. */
function isEntity(path: string): boolean {
  return !path.startsWith('portal')
}

function readGenerated(): readonly Analysis[] {
  return globSync('*/analysis.json', { cwd: generated })
    .filter(isEntity)
    .map((path) => {
      const parsed = parseAnalysis(readFileSync(`${generated}/${path}`, 'utf8'))
      if ('problems' in parsed) throw new Error(parsed.problems.join('\n'))
      const { analysis } = parsed
      const history = HISTORY[analysis.entity] ?? []
      return { ...analysis, compat: 'fivetran', ...(history.length > 0 && { history }) }
    })
}

const stack = new AsyncDisposableStack()
/** Families by `table.column`. */
let found: ReadonlyMap<string, string> = new Map()

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
  found = await readColumns(scratch.query)
})

afterAll(() => stack.disposeAsync())

describe('the views have the columns that Fivetran’s dbt package reads', () => {
  test.each(Object.keys(CLAIMS))('%s', (view) => {
    expect(wrongColumns(view, found)).toEqual([])
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
