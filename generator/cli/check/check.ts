import { print } from '../../../runtime/terminal/print.ts'
import { chooseGenerated, hasOnlyResources } from '../../project/choose-entities.ts'
import { defineCommand, withEntities, withPortals } from '../define-command.ts'

/** `hubgen check`: checks completeness, uniqueness, integrity and freshness of the tables. */
export const checkCommand = defineCommand({
  command: 'check [entity..]',
  describe: 'Check the data against the thresholds in hubgen.config.ts',
  builder: (yargs) =>
    withPortals(withEntities(yargs, 'Generated entities'))
      .option('all', {
        type: 'boolean',
        default: false,
        describe: 'Every generated entity, or those in hubgen.config.ts',
      })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON line per entity' })
      .epilogue(
        'Runs generated/<entity>/quality.sql, measures how much each property is used, and keeps both ' +
          'for the dashboard. `quality` in hubgen.config.ts sets the thresholds. Exits with 0 if no check ' +
          'failed, 1 if one did, 2 if it could not look.',
      )
      .example('$0 check deals', 'Missing, duplicate, invalid or outdated data')
      .example('$0 check --all --json', 'For cron, CI and programs'),
  handler: async ({ directory, entity, all, json }) => {
    const { readConfig } = await import('../../config/read-config.ts')
    const configured = (await readConfig(process.cwd()))?.entities
    const selection = all ? (configured ?? 'all') : 'named'
    if (selection === 'all' && entity.length === 0 && hasOnlyResources(directory)) {
      // The checks are those of entities, and a scheduled command must not fail without them.
      if (!json) print('only resources are generated, and they have no checks')
      return
    }
    const entities = chooseGenerated(directory, entity, selection, 'check')
    // Loaded lazily: the database client takes longer to load than most commands take to run.
    const { printChecks } = await import('./print-checks.ts')
    process.exitCode = await printChecks(directory, entities, json ? 'json' : 'text')
  },
})
