import { chooseGenerated } from '../../project/choose-entities.ts'
import { defineCommand, withEntities } from '../define-command.ts'

/** `hubgen report`: writes what the database shows of an entity into its setup document. */
export const reportCommand = defineCommand({
  command: 'report [entity..]',
  describe: 'Write performance and test results into the setup document of an entity',
  builder: (yargs) =>
    withEntities(yargs, 'Generated entities')
      .option('all', {
        type: 'boolean',
        default: false,
        describe: 'Every generated entity, or those in hubgen.config.ts',
      })
      .epilogue(
        'Reads only the database, and writes the section "Performance and test results" and the ' +
          'checklist of generated/<entity>/README.md. `hubgen sync`, `verify`, `check` and `diff` ' +
          'measure; the report says in words what was not measured yet. Commit the document afterwards: ' +
          '`hubgen diff --commit` refuses uncommitted changes of generated files.',
      )
      .example('$0 report deals', 'After a sync and `hubgen check deals`'),
  handler: async ({ directory, entity, all }) => {
    const { readConfig } = await import('../../config/read-config.ts')
    const configured = (await readConfig(process.cwd()))?.entities
    const entities = chooseGenerated(
      directory,
      entity,
      all ? (configured ?? 'all') : 'named',
      'report',
    )
    // Loaded lazily: the database client takes longer to load than most commands take to run.
    const { reportEntities } = await import('./report-entities.ts')
    process.exitCode = await reportEntities(directory, entities)
  },
})
