import { chooseGenerated } from '../../project/choose-entities.ts'
import { defineCommand, withEntities } from '../define-command.ts'

/** `hubgen check`: whether what the tables hold is complete, unique, sound and fresh enough. */
export const checkCommand = defineCommand({
  command: 'check [entity..]',
  describe: 'Check the data against the thresholds in hubgen.config.ts',
  builder: (yargs) =>
    withEntities(yargs, 'Generated entities')
      .option('all', {
        type: 'boolean',
        default: false,
        describe: 'Every generated entity, or those in hubgen.config.ts',
      })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON line per entity' })
      .epilogue(
        'Runs generated/<entity>/quality.sql, measures how much each property is used, and keeps both ' +
          'for the dashboard. Bounds are `quality` of hubgen.config.ts. Ends with 0 when no check ' +
          'failed, 1 when one did, 2 when it could not look.',
      )
      .example('$0 check deals', 'What is missing, twice, wrong or too old')
      .example('$0 check --all --json', 'For cron, CI and programs'),
  handler: async ({ directory, entity, all, json }) => {
    const { readConfig } = await import('../../config/read-config.ts')
    const configured = (await readConfig(process.cwd()))?.entities
    const selection = all ? (configured ?? 'all') : 'named'
    const entities = chooseGenerated(directory, entity, selection, 'check')
    // Loaded here: the database's client takes longer to load than most other commands take to run.
    const { printChecks } = await import('./print-checks.ts')
    process.exitCode = await printChecks(directory, entities, json ? 'json' : 'text')
  },
})
