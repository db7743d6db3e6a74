import { chooseGenerated } from '../../project/choose-entities.ts'
import { defineCommand, withEntities, withPortals } from '../define-command.ts'

/** `hubgen doctor`: checks the setup and shows how to fix problems. */
export const doctorCommand = defineCommand({
  command: 'doctor [entity..]',
  describe: 'Check the machine, HubSpot and the database, and show how to fix problems',
  builder: (yargs) =>
    withPortals(
      withEntities(yargs, 'Generated entities; default: those in hubgen.config.ts, or all'),
    )
      .option('json', {
        type: 'boolean',
        default: false,
        describe: 'One JSON line per check, then a summary',
      })
      .epilogue(
        'Changes no table and no file, and creates no embedded database. Makes one ' +
          'API call per entity and per association type, plus two or three. Exits with 0 if ' +
          'nothing failed, 1 if something did, 2 for a usage error.',
      )
      .example('$0 doctor', 'The machine, HubSpot, the database and every entity')
      .example('$0 doctor deals --json', 'For programs'),
  handler: async ({ directory, entity, json }) => {
    const names = entity.length > 0 ? chooseGenerated(directory, entity, 'named', 'doctor') : null
    // Loaded lazily: the clients take longer to load than most commands take to run.
    const { printExamination } = await import('./print-examination.ts')
    const request = { workingDirectory: process.cwd(), directory, names }
    process.exitCode = await printExamination(request, json ? 'json' : 'text')
  },
})
