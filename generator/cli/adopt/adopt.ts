import { chooseGenerated } from '../../project/choose-entities.ts'
import { defineCommand } from '../define-command.ts'

/** `hubgen adopt`: makes a table of others hubgen's, with its rows. */
export const adoptCommand = defineCommand({
  command: 'adopt <entity>',
  describe: 'Take over a table that a script or another tool has filled, if that is safe',
  builder: (yargs) =>
    yargs
      .positional('entity', { type: 'string', demandOption: true, describe: 'A generated entity' })
      .option('plan', {
        type: 'boolean',
        default: false,
        describe: 'Print what would change and the SQL; change nothing',
      })
      .epilogue(
        'The table must be the one that `hubgen migrate` refuses with TABLE_NOT_OURS. Its rows stay: columns are ' +
          'renamed or widened in one transaction, which touches no row but those marked as deleted, and a column of an unsuitable type ' +
          'keeps its values under another name. Everything that stands in the way (another key, a trigger, a view that ' +
          'reads a column of another type) is listed with its fix, and nothing is changed. Then ' +
          '`hubgen migrate` adds what is missing, and `hubgen sync` replaces every value by that of HubSpot. ' +
          'Stop the other writer first.',
      )
      .example('$0 adopt deals --plan', 'Shows what would change, with the SQL')
      .example('$0 adopt deals', 'Changes it; then migrate and sync'),
  handler: async ({ directory, entity, plan }) => {
    const [name = entity] = chooseGenerated(directory, [entity], 'named', 'adopt')
    // Loaded lazily: the database client takes longer to load than most commands take to run.
    const { runAdopt } = await import('./run-adopt.ts')
    await runAdopt(directory, name, plan ? 'plan' : 'write')
  },
})
