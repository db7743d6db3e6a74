import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Analysis } from '../../generator/model/analysis.ts'
import { serializeAnalysis } from '../../generator/model/analysis-file.ts'
import { render } from '../../generator/render/render.ts'
import { type Database, openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { migrate } from '../../runtime/postgres/schema/migrate.ts'
import { copyDatabase, type TestDatabase } from './postgres.ts'
import { createMigrationState } from './state-database.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The files and the tables of analyses, empty, as `hubgen generate` and `hubgen migrate` leave them. */
export interface GeneratedEntities extends AsyncDisposable {
  /** Working directory. */
  readonly directory: string
  /** Folder of the generated files. */
  readonly generated: string
  readonly scratch: TestDatabase
  readonly database: Database
}

export async function generateEntities(
  analyses: readonly Analysis[],
  serverUrl?: string,
): Promise<GeneratedEntities> {
  const stack = new AsyncDisposableStack()
  const { path: directory } = stack.use(await temporaryDirectory())
  const scratch = stack.use(await copyDatabase('migration state', createMigrationState, serverUrl))
  const database = stack.use(
    await openDatabase(readDatabaseSettings({ DATABASE_URL: scratch.url }, directory)),
  )
  // Installs the package there, because nothing else resolves it in the tests' own loader.
  await mkdir(join(directory, 'node_modules'))
  await symlink(root, join(directory, 'node_modules/hubgen'))
  const generated = join(directory, 'generated')
  const files = new Map(render(analyses, []))
  for (const analysis of analyses) {
    files.set(`${analysis.entity}/analysis.json`, serializeAnalysis(analysis))
  }
  for (const [path, text] of files) {
    await mkdir(dirname(join(generated, path)), { recursive: true })
    await writeFile(join(generated, path), text)
  }
  const migrations = [...files]
    .filter(([path]) => path.startsWith('migrations/'))
    .map(([path, sql]) => ({ name: path.slice('migrations/'.length), sql }))
  await migrate(database, migrations)
  return {
    directory,
    generated,
    scratch,
    database,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}
