import { globSync, readFileSync } from 'node:fs'
import type { Analysis } from '../../generator/model/analysis.ts'
import { parseAnalysis } from '../../generator/model/analysis-file.ts'
import {
  type EntitySql,
  type MigrationFile,
  planMigrations,
  type UnusedParts,
} from '../../generator/render/migrations/migration-sql.ts'
import { entitySql, renderFiles } from '../../generator/render/render.ts'
import type { LabelFiles } from '../../runtime/postgres/schema/apply-labels.ts'
import { goldenDirectory } from './golden.ts'

/**
 * Every directory here is a kind of change: `before.json`, `after.json`, and under `expected/` the migrations
 * from the first to the second.
 */
export const migrationCaseDirectory = `${goldenDirectory}/migrations`

/** One change of an analysis. Cases whose name begins with `drop_` allow losing values. */
export interface MigrationCase {
  readonly name: string
  readonly before: Analysis
  readonly after: Analysis
  readonly unusedParts: UnusedParts
}

export function listMigrationCases(): readonly MigrationCase[] {
  return globSync('*/before.json', { cwd: migrationCaseDirectory })
    .map((path) => path.split(/[\\/]/)[0] ?? '')
    .toSorted()
    .map((name) => ({
      name,
      before: readCase(name, 'before'),
      after: readCase(name, 'after'),
      unusedParts: name.startsWith('drop_') ? 'dropped' : 'kept',
    }))
}

/** The create migration of an analysis. */
export function creationOf(analysis: Analysis): readonly MigrationFile[] {
  return migrationsTo(analysis, [])
}

/** The migrations that an analysis adds to the existing ones. */
export function migrationsTo(
  analysis: Analysis,
  existing: readonly MigrationFile[],
  unusedParts: UnusedParts = 'kept',
): readonly MigrationFile[] {
  const planned = planMigrations(sqlOf([analysis]), existing, unusedParts)
  if (planned.mismatches.length > 0) throw new Error(JSON.stringify(planned.mismatches))
  return [...planned.files].map(([name, text]) => ({ name, sql: text }))
}

/** The statements that create the tables of these analyses. */
export function sqlOf(analyses: readonly Analysis[]): readonly EntitySql[] {
  return entitySql(new Map(analyses.flatMap((one) => [...filesOf(one)])), analyses)
}

const rendered = new WeakMap<Analysis, ReadonlyMap<string, string>>()

/** Tests ask several times for the files of an analysis. */
function filesOf(analysis: Analysis): ReadonlyMap<string, string> {
  const files = rendered.get(analysis) ?? renderFiles([analysis])
  rendered.set(analysis, files)
  return files
}

/** The labels and views that every `migrate` updates. */
export function labelsOf(analysis: Analysis): LabelFiles {
  const read = (name: string) => filesOf(analysis).get(`${analysis.entity}/${name}`)
  const [labels = '', labelled = '', current] = ['labels.sql', 'labelled.sql', 'views.sql'].map(
    read,
  )
  return { entity: analysis.entity, labels, labelled, current }
}

/** The files that `generate` writes for a case, by name. */
export function renderMigrationCase(migrationCase: MigrationCase): ReadonlyMap<string, string> {
  const { before, after, unusedParts } = migrationCase
  const files = migrationsTo(after, creationOf(before), unusedParts)
  return new Map(files.map(({ name, sql }) => [name, sql]))
}

function readCase(name: string, file: 'before' | 'after'): Analysis {
  const path = `${migrationCaseDirectory}/${name}/${file}.json`
  const parsed = parseAnalysis(readFileSync(path, 'utf8'))
  if ('analysis' in parsed) return parsed.analysis
  throw new Error(`${path}:\n${parsed.problems.join('\n')}`)
}
