import { globSync } from 'node:fs'
import { join } from 'node:path'
import type { Entity } from '../../../runtime/entity.ts'
import type { Account } from '../../../runtime/hubspot/client/account.ts'
import { findState, type StateTables } from '../../../runtime/monitoring/find-state.ts'
import type { Database } from '../../../runtime/postgres/connection/database.ts'
import { checkTable } from '../../../runtime/postgres/connection/table-check.ts'
import { checkOwnTables, listPending } from '../../../runtime/postgres/schema/migrate.ts'
import { readViewFiles } from '../../../runtime/postgres/schema/read-label-files.ts'
import { readMigrations } from '../../../runtime/postgres/schema/read-migrations.ts'
import { checkOwnState, checkTablePortal } from '../../../runtime/sync/portal-guard.ts'
import { countOf } from '../../../runtime/words/numbers-as-text.ts'
import type { Analysis } from '../../model/analysis.ts'
import { findCompatDrift } from '../../project/find-compat-drift.ts'
import { findTableDrift } from '../../project/find-table-drift.ts'
import type { Generated } from './examine-generated.ts'
import { examineRights } from './examine-rights.ts'
import {
  type Check,
  type Finding,
  finding,
  findingOf,
  type Section,
  skippedChecks,
} from './finding.ts'

export interface SchemaRequest {
  readonly directory: string
  readonly generated: readonly Generated[]
  /** Null if HubSpot did not answer. */
  readonly account: Account | null
}

/** Compares the database with the generated files; creates nothing. */
export async function examineSchema(
  database: Database | null,
  missing: string,
  { directory, generated, account }: SchemaRequest,
): Promise<Section> {
  const title = 'Schema'
  const shared: readonly Check[] = ['rights', 'migrations', 'state_tables']
  if (database === null) {
    const perEntity: readonly Check[] = ['table', 'companion_tables', 'table_portal']
    const checks = generated.length === 0 ? shared : [...shared, ...perEntity]
    return { title, findings: skippedChecks(checks, missing) }
  }
  const rights = await examineRights(
    database,
    generated.map(({ entity }) => entity),
  )
  // A project of resources alone has migrations, too.
  if (generated.length === 0 && !hasMigrations(directory)) {
    const nothing = 'nothing usable is generated yet'
    return { title, findings: [...rights, ...skippedChecks(['migrations'], nothing)] }
  }
  const migrations = await examineMigrations(database, directory)
  const state = await examineState(database)
  const tables: Finding[] = []
  for (const one of generated) {
    tables.push(...(await examineTable(database, one, { migrations, account })))
  }
  const compat = await examineCompatViews(database, directory, migrations)
  return { title, findings: [...rights, migrations, state, ...tables, ...compat] }
}

function hasMigrations(directory: string): boolean {
  return globSync('migrations/*.sql', { cwd: directory }).length > 0
}

/** No finding if hubgen.config.ts asks for no such views. */
async function examineCompatViews(
  database: Database,
  directory: string,
  migrations: Finding,
): Promise<readonly Finding[]> {
  try {
    const drifts = await findCompatDrift(database, directory)
    if (drifts === null) return []
    if (drifts.length === 0) {
      return [
        finding('compat_views', 'ok', "the views in Fivetran's shape match compat/fivetran.sql"),
      ]
    }
    if (migrations.state === 'failed') {
      return [finding('compat_views', 'skipped', 'migrations are pending')]
    }
    const found = `${countOf(drifts.length, 'view')} in Fivetran's shape missing or different from compat/fivetran.sql`
    return [finding('compat_views', 'warning', found, { fix: '`hubgen migrate`' })]
  } catch (error) {
    return [findingOf('compat_views', error)]
  }
}

async function examineMigrations(database: Database, directory: string): Promise<Finding> {
  try {
    const files = await readMigrations(directory)
    await checkOwnTables(database, files, await readViewFiles(directory))
    const pending = await listPending(database, files)
    if (pending.length === 0) {
      const found = `${countOf(files.length, 'migration')} applied, none pending`
      return finding('migrations', 'ok', found)
    }
    const listed = pending.slice(0, 3).map(({ name }) => `\`${name}\``)
    const more = pending.length - listed.length
    const which = `${listed.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
    const found = `${countOf(pending.length, 'migration')} not applied yet: ${which}`
    return finding('migrations', 'failed', found, {
      at: join(directory, 'migrations'),
      fix: '`hubgen migrate`; `hubgen migrate --plan` shows them first',
    })
  } catch (error) {
    return findingOf('migrations', error)
  }
}

async function examineState(database: Database): Promise<Finding> {
  try {
    return describeState((await findState(database)).tables)
  } catch (error) {
    return findingOf('state_tables', error)
  }
}

function describeState(tables: StateTables): Finding {
  if (tables === 'complete') return finding('state_tables', 'ok', "hubgen's own tables exist")
  const found =
    tables === 'none'
      ? "hubgen's own tables (runs, checkpoints, quarantine) do not exist yet"
      : "hubgen's own tables are from an older version"
  return finding('state_tables', 'warning', found, { fix: '`hubgen migrate`' })
}

interface Known {
  readonly migrations: Finding
  readonly account: Account | null
}

async function examineTable(
  database: Database,
  { entity, analysis }: Generated,
  { migrations, account }: Known,
): Promise<readonly Finding[]> {
  const { name } = entity
  try {
    await checkOwnState(database, entity)
    await checkTable(database, entity)
  } catch (error) {
    const table = findingOf('table', error, { entity: name })
    const usable = isOutdated(error)
    const because = usable
      ? 'the table differs from the generated files'
      : 'the table does not exist'
    const pending = 'migrations are pending'
    const failed = migrations.state === 'failed'
    return [
      failed ? finding('table', 'skipped', pending, { entity: name }) : table,
      ...skippedChecks(['companion_tables'], failed ? pending : because, name),
      ...(usable
        ? [await examinePortal(database, entity, account)]
        : skippedChecks(['table_portal'], failed ? pending : because, name)),
    ]
  }
  const table = finding('table', 'ok', 'the table has every column, of the right type', {
    entity: name,
  })
  return [
    table,
    await examineCompanionTables(database, analysis, migrations),
    await examinePortal(database, entity, account),
  ]
}

function isOutdated(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'TABLE_OUTDATED'
}

async function examineCompanionTables(
  database: Database,
  analysis: Analysis,
  migrations: Finding,
): Promise<Finding> {
  const { entity } = analysis
  let differences: number
  try {
    differences = (await findTableDrift(database, [analysis])).length
  } catch (error) {
    return findingOf('companion_tables', error, { entity })
  }
  if (differences === 0) {
    const found = 'indexes, companion tables, labels and views match the generated files'
    return finding('companion_tables', 'ok', found, { entity })
  }
  if (migrations.state === 'failed') {
    return finding('companion_tables', 'skipped', 'migrations are pending', { entity })
  }
  const found = `${countOf(differences, 'difference')} in indexes, companion tables, labels or views`
  return finding('companion_tables', 'warning', found, {
    entity,
    fix: `\`hubgen migrate\` updates labels and views; \`hubgen diff ${entity}\` lists the rest`,
  })
}

/** Checks that the existing rows belong to the token's portal. */
async function examinePortal(
  database: Database,
  entity: Entity,
  account: Account | null,
): Promise<Finding> {
  const { name } = entity
  if (account === null) {
    const because = "the token's portal is unknown"
    return finding('table_portal', 'skipped', because, { entity: name })
  }
  try {
    await checkTablePortal(database, entity, account)
    return finding('table_portal', 'ok', 'no row belongs to another portal', { entity: name })
  } catch (error) {
    return findingOf('table_portal', error, { entity: name })
  }
}
