import type { CommandModule } from 'yargs'
import { chooseGenerated } from './choose-entities.ts'

export interface ReplayArguments {
  readonly directory: string
  readonly entity: readonly string[]
  readonly all: boolean
  readonly json: boolean
}

/** `hubgen replay`: tries again what the quarantine holds. */
export const replayCommand: CommandModule<object, ReplayArguments> = {
  command: 'replay [entity..]',
  describe: 'Try again what did not fit, without calling HubSpot',
  builder: (yargs) =>
    yargs
      .positional('entity', {
        type: 'string',
        array: true,
        default: [],
        describe: 'Generated entities',
      })
      .option('all', { type: 'boolean', default: false, describe: 'Every generated one' })
      .option('json', { type: 'boolean', default: false, describe: 'A JSON line an entity' })
      .option('directory', {
        type: 'string',
        default: 'generated',
        describe: 'Folder of the generated files',
      })
      .example('$0 replay deals', 'After a column got another type') as never,
  handler: async ({ directory, entity, all, json }) => {
    const chosen = chooseGenerated(directory, entity, all ? 'all' : 'named', 'replay')
    // Loaded here: the database's client takes longer to load than most other commands take to run.
    const { replayEntities } = await import('./replay-entities.ts')
    const exitCode = await replayEntities(directory, chosen, json ? 'json' : 'text')
    if (exitCode !== 0) process.exitCode = exitCode
  },
}
