import { defineCommand } from '../define-command.ts'

/** `hubgen alert`: sends the alerts of hubgen.config.ts that are due, or a test. */
export const alertCommand = defineCommand({
  command: 'alert',
  describe: 'Send alerts that are due, or a test message',
  builder: (yargs) =>
    yargs
      .option('test', {
        type: 'boolean',
        default: false,
        describe: 'Send a test message to every target, also in quiet hours',
      })
      .epilogue(
        '`hubgen sync` and `hubgen check` send alerts themselves; run this from another machine to hear ' +
          'that no sync runs any more. `alerts` in hubgen.config.ts names the targets. Exits with 1 if a ' +
          'target took no message.',
      )
      .example('$0 alert --test', 'After a change of the settings'),
  handler: async ({ directory, test }) => {
    // Loaded lazily: the database client takes longer to load than most commands take to run.
    const { runAlert } = await import('./run-alert.ts')
    process.exitCode = await runAlert(directory, test ? 'test' : 'due')
  },
})
