import type { CommandModule } from 'yargs'
import { chooseEntities } from './choose-entities.ts'

export interface SyncArguments {
  readonly directory: string
  readonly entity: readonly string[]
  readonly all: boolean
  readonly json: boolean
}

export const syncCommand: CommandModule<object, SyncArguments> = {
  command: 'sync [entity..]',
  describe: 'Read records from HubSpot into their tables',
  builder: (yargs) =>
    yargs
      .positional('entity', {
        type: 'string',
        array: true,
        default: [],
        describe: 'Generated entities; a number at the end reads at most so many records of each',
      })
      .option('all', {
        type: 'boolean',
        default: false,
        describe: 'Every generated one, or those of hubgen.config.ts',
      })
      .option('json', { type: 'boolean', default: false, describe: 'Events as JSON lines' })
      .option('directory', {
        type: 'string',
        default: 'generated',
        describe: 'Folder of the generated files',
      })
      .example('hubgen sync deals 10', 'a first look')
      .example('hubgen sync --all', '') as never,
  handler: async ({ directory, entity, all, json }) => {
    const { readConfig } = await import('../config/read-config.ts')
    const configured = (await readConfig(process.cwd()))?.entities
    const chosen = chooseEntities(directory, entity, all ? (configured ?? 'all') : 'named')
    // Loaded here: the database's and HubSpot's clients take longer than most other commands.
    const { syncEntities } = await import('./sync-entities.ts')
    const exitCode = await syncEntities(directory, chosen, json ? 'json' : 'text')
    // A call that was given up may hold its connection open for minutes: nobody waits for it.
    if (exitCode !== 0) process.exit(exitCode)
  },
}
