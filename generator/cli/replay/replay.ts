import { chooseGenerated } from '../../project/choose-entities.ts'
import { defineCommand, withEntities } from '../define-command.ts'

/** `hubgen replay`: tries the contents of the quarantine again. */
export const replayCommand = defineCommand({
  command: 'replay [entity..]',
  describe: 'Retry quarantined values without calling HubSpot',
  builder: (yargs) =>
    withEntities(yargs, 'Generated entities')
      .option('all', { type: 'boolean', default: false, describe: 'Every generated entity' })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON line per entity' })
      .example('$0 replay deals', "After changing a column's type"),
  handler: async ({ directory, entity, all, json }) => {
    const chosen = chooseGenerated(directory, entity, all ? 'all' : 'named', 'replay')
    // Loaded lazily: the database client takes longer to load than most commands take to run.
    const { replayEntities } = await import('./replay-entities.ts')
    const exitCode = await replayEntities(directory, chosen, json ? 'json' : 'text')
    if (exitCode !== 0) process.exitCode = exitCode
  },
})
