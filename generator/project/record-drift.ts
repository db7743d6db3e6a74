import { HubgenError } from '../../runtime/errors.ts'
import { writeDrift } from '../../runtime/monitoring/checks/keep-findings.ts'
import { findState } from '../../runtime/monitoring/find-state.ts'
import { sharedFiles } from '../../runtime/monitoring/read-drift.ts'
import type { Database } from '../../runtime/postgres/connection/database.ts'
import { ensureState } from '../../runtime/postgres/state/state.ts'
import { serializeAnalysis } from '../model/analysis-file.ts'
import { type Drift, severityOf } from '../model/drift.ts'
import { migratedEntity } from '../render/migrations/migration-sql.ts'
import { plainWords } from './drift/drift-words.ts'
import type { DriftReport, DriftRequest } from './find-drift.ts'
import { type Generation, planGeneration } from './plan-generation.ts'

/** The compared entities of a report, and their differences. */
interface ComparedDrift {
  readonly request: DriftRequest
  readonly report: DriftReport
  /** From HubSpot, the files and the tables. */
  readonly drifts: readonly Drift[]
  /** Of the committed analyses; null if there are none. */
  readonly generation: Generation | null
}

/**
 * Stores the drift for `hubgen status` and the dashboard, one row per entity; keeps the earlier result for
 * entities that HubSpot refused to describe. Before the first `hubgen migrate` it stores and creates nothing.
 * Returns notes for the user.
 */
export async function recordDrift(
  database: Database,
  look: ComparedDrift,
): Promise<readonly string[]> {
  const { tables } = await findState(database)
  if (tables === 'none') return []
  const { migrations, notes } = await foreseeMigrations(look)
  const { found, vanished } = look.report
  const names = [...found, ...vanished].map(({ entity }) => entity)
  const rows = [...names, sharedFiles].map((entity) => ({
    entity,
    drifts: look.drifts
      .filter((drift) => (drift.entity ?? sharedFiles) === entity)
      .map((drift) => ({
        kind: drift.kind,
        severity: severityOf(drift),
        text: plainWords(drift.words),
      })),
    migration: migrations.get(entity) ?? null,
  }))
  try {
    await ensureState(database)
    await writeDrift(database, rows)
  } catch (error) {
    if (!(error instanceof HubgenError) || error.kind !== 'database_permission') throw error
    return [...notes, `the results are not stored for the dashboard: ${error.message}`]
  }
  return notes
}

/** The SQL of the migrations that `hubgen explore` and `hubgen generate` would add, by entity. */
async function foreseeMigrations({ request, report, generation }: ComparedDrift): Promise<{
  readonly migrations: ReadonlyMap<string, string>
  readonly notes: readonly string[]
}> {
  const names = report.found.map(({ entity }) => entity)
  if (names.length === 0) return { migrations: new Map(), notes: [] }
  try {
    const unwritten = changedAnalyses(report)
    const { plan, disk } =
      unwritten.size === 0 && generation !== null
        ? generation
        : await planGeneration(request.directory, names, 'kept', unwritten)
    const added = [...plan.write]
      .filter(([path]) => path.startsWith('migrations/') && !disk.has(path))
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
    const byEntity = Map.groupBy(added, ([, text]) => migratedEntity(text) ?? '')
    const migrations = [...byEntity].map(
      ([entity, files]) => [entity, files.map(([, text]) => text).join('\n')] as const,
    )
    return { migrations: new Map(migrations), notes: [] }
  } catch (error) {
    if (!(error instanceof HubgenError)) throw error
    return {
      migrations: new Map(),
      notes: [`the resulting migration is unknown: ${error.message}`],
    }
  }
}

/** The analyses that `hubgen explore` would write now, by path inside the folder of generated files. */
export function changedAnalyses({ found }: DriftReport): ReadonlyMap<string, string> {
  return new Map(
    found.flatMap(({ entity, earlier, analysis }) => {
      const text = serializeAnalysis(analysis)
      const same = earlier !== null && serializeAnalysis(earlier) === text
      return same ? [] : [[`${entity}/analysis.json`, text] as const]
    }),
  )
}
