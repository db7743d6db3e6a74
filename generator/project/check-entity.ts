import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HubgenError } from '../../runtime/errors.ts'
import type { CheckResult } from '../../runtime/monitoring/checks/judge-checks.ts'
import {
  writeCheckResults,
  writePropertyUse,
} from '../../runtime/monitoring/checks/keep-findings.ts'
import { measureProperties } from '../../runtime/monitoring/checks/measure-properties.ts'
import type { PropertyColumn } from '../../runtime/monitoring/checks/property-column.ts'
import { runChecks } from '../../runtime/monitoring/checks/run-checks.ts'
import type { Database } from '../../runtime/postgres/connection/database.ts'
import { ensureState } from '../../runtime/postgres/state/state.ts'
import type { ChosenThresholds } from '../config/choose-thresholds.ts'
import { chooseThresholds } from '../config/choose-thresholds.ts'
import { type Config, readConfig } from '../config/read-config.ts'
import { analysisPath, readAnalysis } from '../explore/analysis-folder.ts'
import type { Analysis } from '../model/analysis.ts'
import { hasOwnColumn } from '../model/overflow.ts'
import { chooseGenerated } from './choose-entities.ts'
import { importEntity } from './import-entity.ts'

/** The result of checking one entity. */
export interface CheckReport {
  readonly entity: string
  /** Schema and table, unquoted. */
  readonly table: `${string}.${string}`
  /** By the server's clock; null if the role may not store the results. */
  readonly checkedAt: Date | null
  /** Grouped by check, in the order of quality.sql. */
  readonly results: readonly CheckResult[]
  /** Number of measured properties, and of those without a value in any live record. */
  readonly properties: { readonly measured: number; readonly empty: number }
  /** Notes to print for the user. */
  readonly notes: readonly string[]
}

/**
 * Runs the quality queries of a generated entity, judges the results by the configuration of the working
 * directory, measures the use of each property, and stores both in the database. Scans the table several
 * times. Fails with a HubgenError if it cannot look; a failed check is a result, not an error.
 */
export async function checkEntity(
  directory: string,
  name: string,
  database: Database,
  workingDirectory: string = process.cwd(),
): Promise<CheckReport> {
  const config = await readConfig(workingDirectory)
  const entity = await importEntity(directory, name)
  const analysis = await requireAnalysis(directory, name)
  const thresholds = await thresholdsOf(config, analysis, directory)
  const qualitySql = await readQualitySql(directory, name)
  const columns = columnsOf(analysis)
  const results = await runChecks(database, { entity, columns, qualitySql, thresholds })
  const measured = await measureProperties(database, entity, columns)
  const kept = await keep(database, async () => {
    await writePropertyUse(database, entity.name, measured)
    return writeCheckResults(database, entity.name, results)
  })
  return {
    entity: entity.name,
    table: entity.table,
    results,
    properties: {
      measured: measured.length,
      empty: measured.filter(({ filled }) => filled === 0).length,
    },
    ...kept,
  }
}

async function keep(
  database: Database,
  write: () => Promise<Date>,
): Promise<Pick<CheckReport, 'checkedAt' | 'notes'>> {
  try {
    await ensureState(database)
    return { checkedAt: await write(), notes: [] }
  } catch (error) {
    if (!(error instanceof HubgenError) || error.kind !== 'database_permission') throw error
    const note = `the results are not stored for the dashboard: ${error.message}`
    return { checkedAt: null, notes: [note] }
  }
}

async function requireAnalysis(directory: string, name: string): Promise<Analysis> {
  const path = analysisPath(directory, name)
  const analysis = await readAnalysis(path)
  if (analysis !== null) return analysis
  throw new HubgenError('ANALYSIS_MISSING', `\`${name}\` has no analysis`, {
    at: path,
    fix: 'restore the file from version control',
  })
}

/** Reads the analyses of other entities only if `*` names a property that this entity lacks. */
async function thresholdsOf(
  config: Config | null,
  analysis: Analysis,
  directory: string,
): Promise<ChosenThresholds> {
  const properties = propertyNames(analysis)
  const { completeness = {}, duplicates = {} } = config?.quality?.['*'] ?? {}
  const named = [...Object.keys(completeness), ...Object.keys(Object(duplicates))]
  const elsewhere: string[] = []
  if (!named.every((name) => properties.includes(name))) {
    for (const other of chooseGenerated(directory, [], 'all', 'check')) {
      const found = await readAnalysis(analysisPath(directory, other))
      elsewhere.push(...(found === null ? [] : propertyNames(found)))
    }
  }
  return chooseThresholds(config, analysis, properties, elsewhere)
}

function propertyNames({ properties }: Analysis): readonly string[] {
  return properties.map(({ name }) => name)
}

function columnsOf({ properties }: Analysis): readonly PropertyColumn[] {
  return properties.map((property) => ({
    property: property.name,
    column: property.column.name,
    place: hasOwnColumn(property) ? 'column' : 'overflow',
    type: property.column.type,
  }))
}

async function readQualitySql(directory: string, name: string) {
  const path = join(directory, name, 'quality.sql')
  try {
    return { path, text: await readFile(path, 'utf8') }
  } catch (cause) {
    throw new HubgenError('GENERATED_MISSING', `\`${name}\` has no quality queries`, {
      at: path,
      fix: `\`hubgen generate ${name}\``,
      cause,
    })
  }
}
