import { basename } from 'node:path'
import { styleText } from 'node:util'
import type { CrowdedTable } from '../../../runtime/postgres/schema/column-room.ts'
import type { MigrationReport } from '../../../runtime/postgres/schema/migrate.ts'
import { readMigrations } from '../../../runtime/postgres/schema/read-migrations.ts'
import { print } from '../../../runtime/terminal/print.ts'
import { PORTAL_FOLDER } from '../../model/portal-folder.ts'
import { defineCommand, type GlobalArguments, withPortals } from '../define-command.ts'

interface MigrateArguments extends GlobalArguments {
  readonly plan: boolean
  readonly json: boolean
}

/** `hubgen migrate`: applies the pending migration files. */
export const migrateCommand = defineCommand({
  command: 'migrate',
  describe: 'Migrate the database to the generated schema; safe to run again',
  builder: (yargs) =>
    withPortals(yargs)
      .option('canary', {
        type: 'string',
        describe: 'With --portals all: the portal to migrate, sync and check before the others',
      })
      .option('plan', {
        type: 'boolean',
        default: false,
        describe: 'Print the pending SQL, its locks and the table sizes; change nothing',
      })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON line for programs' })
      .example('$0 migrate', 'Applies new files in generated/migrations')
      .example('$0 migrate --plan', 'Shows them without applying'),
  handler: (args) => runMigrations(args),
})

async function runMigrations({ directory, plan, json }: MigrateArguments): Promise<void> {
  const files = await readMigrations(directory)
  const say = (line: string) => {
    if (!json) print(line)
  }
  // Loaded lazily: the database client takes longer to load than most commands take to run.
  const [{ openSettingsDatabase }, { migrateWithLabels }, { readViewFiles }] = await Promise.all([
    import('../open-database.ts'),
    import('../../../runtime/postgres/schema/migrate.ts'),
    import('../../../runtime/postgres/schema/read-label-files.ts'),
  ])
  const labels = await readViewFiles(directory)
  await using database = await openSettingsDatabase(say)
  if (plan) {
    const { printPlan } = await import('./print-plan.ts')
    await printPlan(database, { files, labels, directory }, json ? 'json' : 'text')
    return
  }
  const { views, unknownZone, ...report } = await migrateWithLabels(database, files, labels, {
    onWait: () => say('Another hubgen migrate is running on this database; waiting for it.'),
    onApply: (name) => say(`Applying ${name}.`),
  })
  const zone = unknownZone === undefined ? {} : { unknownZone }
  if (json) {
    process.stdout.write(`${JSON.stringify({ event: 'migrated', ...report, views, ...zone })}\n`)
  }
  if (unknownZone !== undefined) {
    say(`This Postgres does not know the portal's time zone ${unknownZone}:`)
    say(
      'the day columns of the labelled views are null until it has the zone (package tzdata-legacy).',
    )
  }
  for (const table of report.crowded ?? []) say(describeCrowded(table))
  say(describeReport(directory, report, views))
}

function describeCrowded({ table, usedColumns, droppedColumns }: CrowdedTable): string {
  return `${styleText('yellow', 'note')}: ${table} has used ${usedColumns} of the 1,600 columns of its life, ${droppedColumns} of them dropped: only a new table has those back`
}

function describeReport(
  directory: string,
  { applied, alreadyApplied }: MigrationReport,
  views: readonly string[],
): string {
  const lines = [...applied, ...alreadyApplied]
    .sort()
    .map((name) =>
      applied.includes(name)
        ? `  ${styleText('green', 'applied')}          ${name}`
        : `  ${styleText('dim', 'already applied')}  ${name}`,
    )
  const made = describeViews(views)
  const counts = `${applied.length} applied, ${alreadyApplied.length} already applied; ${made}.`
  const next = styleText('bold', nextCommand(directory, [...applied, ...alreadyApplied]))
  return ['', ...lines, '', counts, `next: ${next}`].join('\n')
}

function describeViews(views: readonly string[]): string {
  const ofFivetran = views.filter((name) => name.startsWith('hubspot_fivetran.')).length
  const labelled = views.length - ofFivetran
  const made = [
    labelled > 0 ? `labelled views created: ${labelled}` : [],
    ofFivetran > 0 ? `views in Fivetran's shape created: ${ofFivetran}` : [],
  ].flat()
  return made.length === 0 ? 'labels up to date' : made.join('; ')
}

/** `0001_deals_create_5f1c22ab.sql`, or `0001_deals_create.sql` from versions without a hash in the name. */
const createdEntity = /^\d+_(.+)_create(?:_[0-9a-f]{8})?\.sql$/

/** Names up to three entities, so that the command fits on a line; a file of `portal` creates several resources. */
function nextCommand(directory: string, names: readonly string[]): string {
  const entities = new Set(names.flatMap((name) => createdEntity.exec(name)?.[1] ?? []))
  const fits = entities.size > 0 && entities.size <= 3 && !entities.has(PORTAL_FOLDER)
  const chosen = fits ? [...entities].sort().join(' ') : '--all'
  const option = basename(directory) === 'generated' ? '' : ` --directory ${directory}`
  return `hubgen sync ${chosen}${option}`
}
