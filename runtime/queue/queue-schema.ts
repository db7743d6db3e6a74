import { sql } from 'kysely'
import { getConstructionPlans, getMigrationPlans } from 'pg-boss'
import { HubgenError } from '../errors.ts'
import { type Database, openDatabase } from '../postgres/connection/database.ts'
import type { ServerSettings } from '../postgres/connection/settings.ts'
import { explainingErrors } from '../postgres/database-error.ts'

/** The schema of pg-boss's tables and of the summaries. */
export const queueSchema = 'hubgen_queue'

/** Written by workers, read by pages and metrics: asking for it wakes no portal's database. */
const summaryTable = `CREATE TABLE IF NOT EXISTS ${queueSchema}.portal_summary (
  portal text PRIMARY KEY,
  paused boolean NOT NULL DEFAULT false,
  asked_at timestamptz,
  started_at timestamptz,
  ended_at timestamptz,
  whole_at timestamptz,
  outcome text,
  round_since text,
  code text,
  attempts integer NOT NULL DEFAULT 0,
  verdict text,
  oldest_at timestamptz,
  pending_migrations integer,
  failed_entities integer NOT NULL DEFAULT 0
);
ALTER TABLE ${queueSchema}.portal_summary ADD COLUMN IF NOT EXISTS asked_at timestamptz;
ALTER TABLE ${queueSchema}.portal_summary ADD COLUMN IF NOT EXISTS memory text;
COMMENT ON TABLE ${queueSchema}.portal_summary IS
  'One row per portal: how its last slice ended; kept by hubgen worker. No record data. synced by hubgen';
COMMENT ON COLUMN ${queueSchema}.portal_summary.memory IS
  'Times, counts and digests with which the next slice sees whether HubSpot has anything new';
`

/** The version of pg-boss's tables that this pg-boss needs; it states it only in the SQL that makes them. */
const neededVersion = Number(
  /version\s*\(version\)\s*VALUES\s*\('(\d+)'\)/i.exec(getConstructionPlans(queueSchema))?.[1],
)

/**
 * The SQL that makes or updates the queue's tables, for review; null if they are as this version needs them. It
 * creates one schema and touches nothing outside. Fails with QUEUE_NOT_READY if they are of a newer version, and with
 * TABLE_NOT_OURS if the schema is somebody else's.
 */
export async function planQueue(database: Database): Promise<string | null> {
  const { version, hasSummary } = await readInstalled(database)
  if (version !== null && version > neededVersion) throw isNewer(database)
  if (version === neededVersion && hasSummary) return null
  const tables =
    version === null
      ? getConstructionPlans(queueSchema)
      : version < neededVersion
        ? getMigrationPlans(queueSchema, version)
        : ''
  return `${tables.trim()}\n\n${summaryTable}`.trimStart()
}

/** Runs the planned SQL. */
export async function makeQueue(database: Database, plan: string): Promise<void> {
  await explainingErrors(database.label, () => database.runAlone(plan))
}

/** Opens the database of the queue. Fails as `openDatabase` and `checkQueue` do. */
export async function openQueueDatabase(settings: ServerSettings): Promise<Database> {
  const database = await openDatabase(settings)
  try {
    await checkQueue(database)
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}

/**
 * Fails with QUEUE_NOT_READY if `hubgen portals apply` has not made the queue's tables, or another version has, and with
 * TABLE_NOT_OURS if the schema is somebody else's.
 */
export async function checkQueue(database: Database): Promise<void> {
  const { version, hasSummary } = await readInstalled(database)
  if (version === neededVersion && hasSummary) return
  if (version !== null && version > neededVersion) throw isNewer(database)
  throw new HubgenError(
    'QUEUE_NOT_READY',
    version === null || !hasSummary
      ? `the queue's tables (schema \`${queueSchema}\`) are missing`
      : "the queue's tables are of an older version",
    {
      at: database.description,
      fix: '`hubgen portals apply --plan` prints their SQL, `hubgen portals apply` runs it',
    },
  )
}

function isNewer({ description }: Database): HubgenError {
  return new HubgenError('QUEUE_NOT_READY', "the queue's tables are of a newer version", {
    at: description,
    fix: 'install the version of hubgen that the other workers have',
  })
}

interface Installed {
  /** Null without the tables of pg-boss. */
  readonly version: number | null
  readonly hasSummary: boolean
}

async function readInstalled(database: Database): Promise<Installed> {
  return explainingErrors(database.label, async () => {
    const { rows } = await sql<{ versions: boolean; others: boolean; summary: boolean }>`
      SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass(${`${queueSchema}.version`})
          AND attname = 'version' AND atttypid = 'int4'::regtype) AS versions,
        EXISTS (SELECT FROM pg_class WHERE relnamespace = to_regnamespace(${queueSchema})
          AND relname <> 'portal_summary' AND relkind IN ('r', 'p', 'v', 'm', 'f')) AS others,
        EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass(${`${queueSchema}.portal_summary`})
          AND attname = 'memory' AND NOT attisdropped) AS summary`.execute(database.kysely)
    const [found] = rows
    const hasSummary = found?.summary === true
    if (found?.versions !== true) {
      if (found?.others === true) throw notOurs(database)
      return { version: null, hasSummary }
    }
    const { rows: versions } = await sql<{ version: number }>`
      SELECT version FROM ${sql.table(`${queueSchema}.version`)}`.execute(database.kysely)
    const [installed] = versions
    if (installed === undefined) throw notOurs(database)
    return { version: Number(installed.version), hasSummary }
  })
}

function notOurs({ description }: Database): HubgenError {
  const message = `the schema \`${queueSchema}\` holds tables that are not those of a queue`
  return new HubgenError('TABLE_NOT_OURS', message, {
    at: description,
    fix: `rename it: \`ALTER SCHEMA ${queueSchema} RENAME TO …\`; or name another database in \`queueFrom\``,
  })
}
