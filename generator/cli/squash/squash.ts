import { defineCommand } from '../define-command.ts'

/** `hubgen squash`: one file in the place of all migrations of an entity. */
export const squashCommand = defineCommand({
  command: 'squash <entity>',
  describe: 'Make one file of the migrations of an entity, without dropped columns',
  builder: (yargs) =>
    yargs
      .positional('entity', { type: 'string', demandOption: true, describe: 'A generated entity' })
      .option('plan', {
        type: 'boolean',
        default: false,
        describe: 'Print what would become one file; change nothing',
      })
      .option('also', {
        type: 'string',
        array: true,
        default: [],
        describe: 'An environment variable with the URL of another database; may be repeated',
      })
      .epilogue(
        'A table has 1,600 columns in its whole life, and dropped ones count. The databases of this project ' +
          'must have run all migrations of the entity: that of the settings, and those of `--also`. The next ' +
          '`hubgen migrate` gives the new file the place of the old ones there; a new database runs it alone, ' +
          'and one that is restored to an earlier state runs what it lacks from migrations/squashed.',
      )
      .example('$0 squash deals --plan', 'Shows which files become one')
      .example('$0 squash deals --also STAGING_URL', 'Checks the database of STAGING_URL too'),
  handler: async ({ directory, entity, plan, also }) => {
    const { runSquash } = await import('./run-squash.ts')
    await runSquash({ directory, named: entity, mode: plan ? 'plan' : 'write', also })
  },
})
