/*
 * Views in the shape of another tool's tables, from `compat/fivetran.sql`. That tool's own views and models
 * read them, so `migrate` takes no column away: one that the file no longer has stays, empty.
 */

import { sql, type Transaction } from 'kysely'
import { HubgenError } from '../../errors.ts'
import type { Database } from '../connection/database.ts'
import { withoutExistingSchemas } from '../connection/existing-schemas.ts'
import { transact } from '../connection/transact.ts'
import { explainingErrors } from '../database-error.ts'
import type { HubgenTables } from '../hubgen-tables.ts'
import { type GeneratedView, viewStates } from './bring-view.ts'

/** The path of the file in the folder of generated files. */
export const COMPAT_PATH = 'compat/fivetran.sql'

/** The text of that file. */
export interface CompatFile {
  readonly compat: string
}

const comment = "In the shape of Fivetran's table, made by hubgen"

/** The views of the file in its order. */
export function readCompatViews({ compat }: CompatFile): readonly GeneratedView[] {
  const text = compat.replaceAll('\r\n', '\n')
  const views = [...text.matchAll(/^CREATE OR REPLACE VIEW (\S+) AS\n([\s\S]+?);$/gm)].map(
    ([, name = '', query = '']): GeneratedView => ({ name, query, comment, lost: 'emptied' }),
  )
  if (views.length > 0) return views
  throw new HubgenError('GENERATED_UNUSABLE', 'the file contains no view', {
    at: COMPAT_PATH,
    fix: '`hubgen generate --all --overwrite` restores it',
  })
}

/** Creates the schema of the views. */
export async function makeCompatSchema(
  transaction: Transaction<HubgenTables>,
  { compat }: CompatFile,
): Promise<void> {
  const [statement] = /^CREATE SCHEMA IF NOT EXISTS .*;$/m.exec(compat) ?? []
  const wanted = await withoutExistingSchemas(transaction, `${statement ?? ''}\n`)
  if (wanted.trim() !== '') await sql.raw(wanted).execute(transaction)
}

/** A view that `migrate` would create or replace. */
export interface OutdatedView {
  readonly view: GeneratedView
  readonly state: 'missing' | 'changed'
}

/**
 * Views that an earlier file had and these files do not. `migrate` leaves them, because other views may read them;
 * they show what their tables still hold.
 */
export function listLeftCompatViews(
  database: Database,
  files: readonly CompatFile[],
): Promise<readonly string[]> {
  const names = files.flatMap(readCompatViews).map(({ name }) => name)
  return explainingErrors(database.label, () =>
    transact(database).execute(async (transaction) => {
      const { rows: known } = await sql<{ known: boolean }>`
        SELECT to_regclass('hubgen.view') IS NOT NULL AS known`.execute(transaction)
      if (known[0]?.known !== true) return []
      const { rows } = await sql<{ name: string }>`
        SELECT name FROM hubgen.view
        WHERE obj_description(to_regclass(name), 'pg_class') = ${comment} AND name <> ALL (${names}::text[])
        ORDER BY name`.execute(transaction)
      return rows.map(({ name }) => name)
    }),
  )
}

/** Asks once for all views, because there are dozens of them. */
export function listOutdatedCompatViews(
  database: Database,
  file: CompatFile,
): Promise<readonly OutdatedView[]> {
  const views = readCompatViews(file)
  return explainingErrors(database.label, () =>
    transact(database).execute(async (transaction) => {
      const states = await viewStates(transaction, views)
      return views.flatMap((view, index) => {
        const state = states[index] ?? 'missing'
        return state === 'current' ? [] : [{ view, state }]
      })
    }),
  )
}
