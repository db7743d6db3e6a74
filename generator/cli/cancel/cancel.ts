import { chooseWithResources, nameOfFolder } from '../../project/choose-entities.ts'
import { defineCommand, withEntities } from '../define-command.ts'

/** `hubgen cancel`: asks active runs to stop, wherever they run. */
export const cancelCommand = defineCommand({
  command: 'cancel [entity..]',
  describe: 'Ask active syncs to stop, on this machine or another',
  builder: (yargs) =>
    withEntities(yargs, 'Generated entities')
      .option('all', { type: 'boolean', default: false, describe: 'Every generated entity' })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON line per entity' })
      .epilogue(
        'A run stops within seconds, after its current batch; written rows stay, and the next sync resumes ' +
          'from there. A sync with --every syncs the entity again in its next round. Exits with 0 also if ' +
          'no run is active.',
      )
      .example('$0 cancel deals', ''),
  handler: async ({ directory, entity, all, json }) => {
    const selection = all ? 'all' : 'named'
    const chosen = chooseWithResources(directory, entity, selection, 'cancel').map(nameOfFolder)
    // Loaded lazily: the database client takes longer to load than most commands take to run.
    const { cancelRuns } = await import('./cancel-runs.ts')
    await cancelRuns(chosen, json ? 'json' : 'text')
  },
})
