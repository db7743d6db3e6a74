import { chooseGenerated } from '../../project/choose-entities.ts'
import { defineCommand, withEntities } from '../define-command.ts'

/** `hubgen doctor`: goes through what can be wrong, and says how to mend it. */
export const doctorCommand = defineCommand({
  command: 'doctor [entity..]',
  describe: 'Check the machine, HubSpot and the database, and show how to fix problems',
  builder: (yargs) =>
    withEntities(yargs, 'Generated entities; without any all of them, or those of hubgen.config.ts')
      .option('json', {
        type: 'boolean',
        default: false,
        describe: 'One JSON line per check, then a summary',
      })
      .epilogue(
        'Changes nothing: no table, no file, no embedded database that is not there yet. Makes one ' +
          'API call an entity and for each kind of links, and two or three more. Ends with 0 when ' +
          'nothing failed, 1 when something did, 2 for a usage error.',
      )
      .example('$0 doctor', 'This machine, HubSpot, the database and every entity')
      .example('$0 doctor deals --json', 'For programs'),
  handler: async ({ directory, entity, json }) => {
    const names = entity.length > 0 ? chooseGenerated(directory, entity, 'named', 'doctor') : null
    // Loaded here: the clients take longer to load than most other commands take to run.
    const { printExamination } = await import('./print-examination.ts')
    const request = { workingDirectory: process.cwd(), directory, names }
    process.exitCode = await printExamination(request, json ? 'json' : 'text')
  },
})
