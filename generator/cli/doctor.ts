import type { CommandModule } from 'yargs'
import { chooseGenerated } from './choose-entities.ts'

export interface DoctorArguments {
  readonly directory: string
  readonly entity: readonly string[]
  readonly json: boolean
}

/** `hubgen doctor`: goes through what can be wrong, and says how to mend it. */
export const doctorCommand: CommandModule<object, DoctorArguments> = {
  command: 'doctor [entity..]',
  describe: 'Go through what can be wrong, and say how to mend it',
  builder: (yargs) =>
    yargs
      .positional('entity', {
        type: 'string',
        array: true,
        default: [],
        describe: 'Generated entities; without any all of them, or those of hubgen.config.ts',
      })
      .option('json', {
        type: 'boolean',
        default: false,
        describe: 'A JSON line for everything looked at, and one that sums up',
      })
      .option('directory', {
        type: 'string',
        default: 'generated',
        describe: 'Folder of the generated files',
      })
      .epilogue(
        'Changes nothing: no table, no file, no embedded database that is not there yet. Makes one ' +
          'API call an entity and for each kind of links, and two or three more. Ends with 0 when ' +
          'nothing failed, 1 when something did, 2 when it was asked in a way it does not know.',
      )
      .example('$0 doctor', 'This machine, HubSpot, the database and every entity')
      .example('$0 doctor deals --json', 'For programs') as never,
  handler: async ({ directory, entity, json }) => {
    const names = entity.length > 0 ? chooseGenerated(directory, entity, 'named', 'doctor') : null
    // Loaded here: the clients take longer to load than most other commands take to run.
    const { printExamination } = await import('./doctor/print-examination.ts')
    const request = { workingDirectory: process.cwd(), directory, names }
    process.exitCode = await printExamination(request, json ? 'json' : 'text')
  },
}
