import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Database } from '../../runtime/postgres/connection/database.ts'
import { COMPAT_PATH, listOutdatedCompatViews } from '../../runtime/postgres/schema/compat-views.ts'
import { compareViews } from '../model/compare-labels.ts'
import type { Drift } from '../model/drift.ts'

/**
 * Compares the views in the shape of another tool's tables with their file, because each reads the tables of
 * several entities. Null if no such file was generated.
 */
export async function findCompatDrift(
  database: Database,
  directory: string,
): Promise<readonly Drift[] | null> {
  const path = join(directory, COMPAT_PATH)
  if (!existsSync(path)) return null
  const outdated = await listOutdatedCompatViews(database, {
    compat: await readFile(path, 'utf8'),
  })
  return compareViews(
    COMPAT_PATH,
    outdated.map(({ view, state }) => ({ name: view.name, state })),
  )
}
