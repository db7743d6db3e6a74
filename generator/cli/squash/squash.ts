import { defineCommand } from '../define-command.ts'

/** `hubgen squash`: replaces the migrations of an entity by one file. */
export const squashCommand = defineCommand({
  command: 'squash <entity>',
  describe: 'Merge the migrations of an entity into one file, without dropped columns',
  builder: (yargs) =>
    yargs
      .positional('entity', { type: 'string', demandOption: true, describe: 'A generated entity' })
      .option('plan', {
        type: 'boolean',
        default: false,
        describe: 'Print the files that would be merged; change nothing',
      })
      .option('also', {
        type: 'string',
        array: true,
        default: [],
        describe: 'An environment variable with the URL of another database; may be repeated',
      })
      .epilogue(
        'Postgres allows a table 1,600 columns, and dropped ones count. Every database of this project, that of ' +
          'the settings and those of `--also`, must have run all migrations of the entity. The next ' +
          '`hubgen migrate` records the new file there in place of the old ones; a new database runs only the ' +
          'new file, and one that is restored to an earlier state runs what it lacks from migrations/squashed.',
      )
      .example('$0 squash deals --plan', 'Shows which files would be merged')
      .example('$0 squash deals --also STAGING_URL', 'Checks the database of STAGING_URL too'),
  handler: async ({ directory, entity, plan, also }) => {
    const { runSquash } = await import('./run-squash.ts')
    await runSquash({ directory, named: entity, mode: plan ? 'plan' : 'write', also })
  },
})
