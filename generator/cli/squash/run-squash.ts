import { existsSync } from 'node:fs'
import { cwd } from 'node:process'
import { styleText } from 'node:util'
import { loadEnvironment } from '../../../runtime/environment.ts'
import { HubgenError } from '../../../runtime/errors.ts'
import { openDatabase } from '../../../runtime/postgres/connection/database.ts'
import {
  type DatabaseSettings,
  readDatabaseSettings,
} from '../../../runtime/postgres/connection/settings.ts'
import { listPending } from '../../../runtime/postgres/schema/migrate.ts'
import { readMigrations } from '../../../runtime/postgres/schema/read-migrations.ts'
import { print } from '../../../runtime/terminal/print.ts'
import { applyPlan } from '../../disk/generated-folder.ts'
import { chooseGenerated } from '../../project/choose-entities.ts'
import { planSquash, type Squash } from '../../project/plan-squash.ts'

interface SquashRequest {
  readonly directory: string
  /** As typed. */
  readonly named: string
  readonly mode: 'plan' | 'write'
  /** Names of environment variables with URLs. */
  readonly also: readonly string[]
}

/** Squashes the migrations of one entity, once every database has run them. */
export async function runSquash({ directory, named, mode, also }: SquashRequest): Promise<void> {
  const [entity = named] = chooseGenerated(directory, [named], 'named', 'squash')
  const squash = await planSquash(directory, entity)
  const { files, name, plan } = squash
  if (plan.write.size === 0) {
    print(`${entity}: its migrations are one file already`)
    return
  }
  const known = readKnown(also)
  if (name !== null) {
    for (const settings of known) await proveRun(settings, directory, squash)
  }
  const option = directory === 'generated' ? '' : ` -d ${directory}`
  if (mode === 'plan') {
    for (const file of files) print(`  ${file.name}`)
    print(
      `${entity}: ${describe(squash)}; nothing was changed\n` +
        `next: ${styleText('bold', `hubgen squash ${entity}${also.map((one) => ` --also ${one}`).join('')}${option}`)}`,
    )
    return
  }
  await applyPlan(directory, plan)
  const made = name === null ? '' : `${styleText('green', 'wrote')}   migrations/ ${name}\n`
  print(
    `${made}${entity}: ${describe(squash)}\n` +
      `commit the folder; then in each of these ${known.length === 1 ? 'and every other database' : 'databases'}\n` +
      `next: ${styleText('bold', `hubgen migrate${option}`)}`,
  )
}

function describe({ files, name, usedColumns, leftColumns }: Squash): string {
  if (name === null) return 'what an interrupted squash has left is moved to migrations/squashed'
  return `${files.length} files become ${name}, and are kept in migrations/squashed; ${usedColumns} columns become ${leftColumns}`
}

/** The database of the settings first. */
function readKnown(also: readonly string[]): readonly DatabaseSettings[] {
  const environment = loadEnvironment(cwd())
  return [
    readDatabaseSettings(environment, cwd()),
    ...also.map((variable) => {
      const url = environment[variable]
      if (url === undefined || url === '') {
        throw new HubgenError('USAGE', `there is no environment variable \`${variable}\``, {
          fix: `set \`${variable}\` to the URL of that database, here or in .env`,
        })
      }
      return readDatabaseSettings({ DATABASE_URL: url }, cwd())
    }),
  ]
}

/** Fails with MIGRATIONS_NOT_RUN, and creates nothing. */
async function proveRun(
  settings: DatabaseSettings,
  directory: string,
  { files }: Squash,
): Promise<void> {
  if (settings.kind === 'embedded' && !existsSync(settings.directory)) {
    throw notRun(
      'the embedded database',
      files.map(({ name }) => name),
    )
  }
  await using database = await openDatabase(settings)
  const pending = await listPending(database, await readMigrations(directory))
  const own = new Set(files.map(({ name }) => name))
  const left = pending.map(({ name }) => name).filter((name) => own.has(name))
  if (left.length > 0) throw notRun(database.description, left)
}

function notRun(where: string, names: readonly string[]): HubgenError {
  const listed = names.slice(0, 3).map((name) => `\`${name}\``)
  const more = names.length > 3 ? ` and ${names.length - 3} more` : ''
  return new HubgenError(
    'MIGRATIONS_NOT_RUN',
    `${where} has not run ${listed.join(', ')}${more}, so they cannot become one file yet`,
    { at: where, fix: 'run `hubgen migrate` there first; then squash' },
  )
}
