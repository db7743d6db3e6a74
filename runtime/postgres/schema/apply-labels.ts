import { withoutExistingSchemas } from '../connection/existing-schemas.ts'
/*
 * Labels are data. `labels.sql` holds properties, options, pipelines and stages as rows; every `migrate`
 * upserts them, so a renamed option needs no migration. The view `<table>_labelled` looks labels up in a
 * `jsonb` map per column, which Postgres builds once per query. With 100,000 rows and 40 such columns this
 * takes twice as long as a plain scan; CASE takes three times, a join on the option table fifty times.
 */

import { sql, type Transaction } from 'kysely'
import pg from 'pg'
import { HubgenError } from '../../errors.ts'
import type { Database } from '../connection/database.ts'
import { transact } from '../connection/transact.ts'
import { explainDatabaseError, explainingErrors, isConnectionError } from '../database-error.ts'
import type { HubgenTables } from '../hubgen-tables.ts'
import { ensureMigrationState } from '../state/state.ts'
import {
  type BroughtView,
  bringView,
  dropMadeView,
  type GeneratedView,
  viewState,
} from './bring-view.ts'
import { checkOwnViews } from './check-own-views.ts'
import {
  COMPAT_PATH,
  type CompatFile,
  listOutdatedCompatViews,
  makeCompatSchema,
  readCompatViews,
} from './compat-views.ts'
import { lockNotAvailable, tableBusy } from './migration-error.ts'
import { holdMigrationLock } from './migration-lock.ts'
import { lockWait, retryLocks } from './retry-locks.ts'
import { withoutMet } from './without-met.ts'

/** The files of one table's labels and views in `generated/<entity>`. */
export interface LabelFiles {
  readonly entity: string
  /** Text of `labels.sql`: rows of properties and options. */
  readonly labels: string
  /** Text of `labelled.sql`: one `CREATE OR REPLACE VIEW … AS` that ends with a semicolon. */
  readonly labelled: string
  /** Text of `views.sql`, in the same form; undefined for an entity without it. */
  readonly current?: string | undefined
}

/** The files from which `migrate` makes views. */
export type ViewFiles = LabelFiles | CompatFile

/** Names of the views that were created or replaced; other views were up to date. */
export interface LabelReport {
  readonly views: readonly string[]
  /** The portal's time zone if this server does not know it; the day columns of these views are then null. */
  readonly unknownZone?: string | undefined
}

const dependentObjects = '2BP01'

/** The views that these files make. */
export function viewsOf(file: ViewFiles): readonly GeneratedView[] {
  if ('compat' in file) return readCompatViews(file)
  const labelled = readView(file.entity, 'labelled.sql', file.labelled)
  if (file.current === undefined) return [labelled]
  return [labelled, readView(file.entity, 'views.sql', file.current)]
}

/** Runs {@link bringLabels} while no other hubgen changes the schema. */
export async function applyLabels(
  database: Database,
  files: readonly ViewFiles[],
): Promise<LabelReport> {
  await checkOwnViews(database, files.flatMap(viewsOf))
  await ensureMigrationState(database)
  return holdMigrationLock(
    database,
    () => bringLabels(database, files),
    () => {},
  )
}

/**
 * Brings label rows and views to the state of the files; the rows of an entity and each view have a
 * transaction each. The caller holds the migration lock. When a column of a view is removed or changes its
 * type, the view is dropped and created again; if other objects depend on it, Postgres refuses that
 * (VIEW_IN_USE). A refused view stays as it is, and this fails only after everything else was applied.
 */
export async function bringLabels(
  database: Database,
  files: readonly ViewFiles[],
): Promise<LabelReport> {
  const made: string[] = []
  const failures: HubgenError[] = []
  let unknownZone: string | null = null
  for (const file of files) {
    for (const { view, bring } of await stepsOf(database, file)) {
      try {
        const brought = await retryLocks(() =>
          transact(database).execute(async (transaction) => {
            await sql`SET LOCAL lock_timeout = ${sql.lit(lockWait)}`.execute(transaction)
            return bring(transaction)
          }),
        )
        if (brought?.isNew === true) made.push(view)
        unknownZone ??= brought?.unknownZone ?? null
      } catch (error) {
        failures.push(explainLabelError(error, database, file, view))
      }
    }
  }
  const [failure, ...more] = failures
  if (failure !== undefined) throw withOthers(failure, more)
  return { views: made, ...(unknownZone !== null && { unknownZone }) }
}

interface Step {
  /** The name of the view that the step is about. */
  readonly view: string
  bring(transaction: Transaction<HubgenTables>): Promise<BroughtView | null>
}

/** Rows first, because the views read the tables with the labels. */
async function stepsOf(database: Database, file: ViewFiles): Promise<readonly Step[]> {
  if ('compat' in file) return compatSteps(database, file)
  const labelled = readView(file.entity, 'labelled.sql', file.labelled)
  const current = currentViewName(labelled)
  return [
    {
      view: labelled.name,
      bring: async (transaction) => {
        const labels = await withoutExistingSchemas(transaction, file.labels)
        await sql.raw(await withoutMet(transaction, labels)).execute(transaction)
        return null
      },
    },
    file.current === undefined
      ? {
          view: current,
          bring: async (transaction) => {
            await dropMadeView(transaction, current)
            return null
          },
        }
      : bringing(readView(file.entity, 'views.sql', file.current)),
    bringing(labelled),
  ]
}

async function compatSteps(database: Database, file: CompatFile): Promise<readonly Step[]> {
  const outdated = await listOutdatedCompatViews(database, file)
  return outdated.map(({ view }, index) => ({
    view: view.name,
    bring: async (transaction) => {
      if (index === 0) await makeCompatSchema(transaction, file)
      return bringView(transaction, view)
    },
  }))
}

function bringing(view: GeneratedView): Step {
  return { view: view.name, bring: (transaction) => bringView(transaction, view) }
}

/** Whether the labelled view of these files exists and was created from the same query. */
export function labelledViewState(
  database: Database,
  { entity, labelled }: Pick<LabelFiles, 'entity' | 'labelled'>,
): Promise<ViewState> {
  return stateOf(database, readView(entity, 'labelled.sql', labelled))
}

/** The same of the view of `views.sql`. */
export function currentViewState(
  database: Database,
  { entity, current }: { readonly entity: string; readonly current: string },
): Promise<ViewState> {
  return stateOf(database, readView(entity, 'views.sql', current))
}

type ViewState = 'missing' | 'changed' | 'current'

function stateOf(database: Database, view: GeneratedView): Promise<ViewState> {
  return explainingErrors(database.label, () =>
    transact(database).execute((transaction) => viewState(transaction, view)),
  )
}

const comments = {
  'labelled.sql': 'Labels in the place of values',
  'views.sql': 'Every property once, in the type that it has now',
} as const

function readView(entity: string, file: keyof typeof comments, text: string): GeneratedView {
  const statement = text.replaceAll('\r\n', '\n')
  const parts = /^CREATE (?:OR REPLACE )?VIEW (?<name>.+) AS\n(?<query>[\s\S]+?);$/m.exec(statement)
  const { name, query } = parts?.groups ?? {}
  if (name === undefined || query === undefined) {
    throw new HubgenError('GENERATED_UNUSABLE', 'the file contains no view', {
      at: `${entity}/${file}`,
      fix: `\`hubgen generate ${entity} --overwrite\` restores it`,
    })
  }
  return { name, query, comment: comments[file] }
}

/** The name of the view in `views.sql`, derived from the table that the labelled view reads. */
function currentViewName({ query }: GeneratedView): string {
  const [, table = ''] = /^FROM (\S+) AS record$/m.exec(query) ?? []
  return table.endsWith('"') ? `${table.slice(0, -1)}_current"` : `${table}_current`
}

/** Rethrows at once an error that is not about the view or rows, because all other steps would fail as well. */
function explainLabelError(
  error: unknown,
  database: Database,
  file: ViewFiles,
  view: string,
): HubgenError {
  if (error instanceof pg.DatabaseError && error.code === lockNotAvailable) {
    return tableBusy(error, view)
  }
  const known = explainDatabaseError(error, database.label)
  if (!(error instanceof pg.DatabaseError) || isConnectionError(error)) throw known ?? error
  if (known !== undefined) return known
  if (error.code === dependentObjects) {
    return new HubgenError(
      'VIEW_IN_USE',
      `a column of \`${view}\` was removed or changed its type, and other objects depend on the view: ${error.detail}`,
      {
        at: database.description,
        fix: 'drop these objects, run `hubgen migrate`, and create them again',
        cause: error,
      },
    )
  }
  return new HubgenError(
    'LABELS_REFUSED',
    `Postgres refused labels or view with SQLSTATE ${error.code}: ${error.message}`,
    {
      at: 'compat' in file ? COMPAT_PATH : `${file.entity}/labels.sql, ${file.entity}/labelled.sql`,
      fix: '`hubgen diff --all` lists columns and tables that are missing: restore them as in schema.sql, or after an edit run `hubgen generate`; then run `hubgen migrate` again',
      cause: error,
    },
  )
}

/** Adds the other failures. Everything else has been applied by then. */
function withOthers(first: HubgenError, others: readonly HubgenError[]): HubgenError {
  if (others.length === 0) return first
  const more = others.map(({ message }) => `\n  - ${message}`).join('')
  const fixes = new Set([first, ...others].map(({ fix }) => fix))
  return new HubgenError(first.code, `${first.message}${more}`, {
    at: first.at,
    fix: [...fixes].join('; '),
    cause: first,
  })
}
