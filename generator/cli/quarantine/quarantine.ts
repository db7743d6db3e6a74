import { HubgenError } from '../../../runtime/errors.ts'
import {
  chooseGenerated,
  chooseWithResources,
  nameOfFolder,
} from '../../project/choose-entities.ts'
import { defineCommand, withEntities } from '../define-command.ts'

/** `hubgen quarantine`: shows rejected values and records, and how to fix them. */
export const quarantineCommand = defineCommand({
  command: 'quarantine [entity..]',
  describe: 'Show values that did not fit their column, by property and reason',
  builder: (yargs) =>
    withEntities(yargs, 'Generated entities')
      .option('all', {
        type: 'boolean',
        default: false,
        describe: 'Everything in the quarantine',
      })
      .option('property', { type: 'string', describe: 'Only values of this property' })
      .option('show', {
        type: 'string',
        describe: 'Also show up to N values per group; they may be personal data',
      })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON line per entity' })
      .example('$0 quarantine deals', 'Counts, reasons and records')
      .example('$0 quarantine deals --property amount --show 5', 'With five of the values'),
  handler: async ({ directory, entity, all, property, show, json }) => {
    if (all && entity.length > 0) chooseGenerated(directory, entity, 'all', 'quarantine')
    const named = all ? null : chooseWithResources(directory, entity, 'named', 'quarantine')
    const entities = named?.map(nameOfFolder) ?? null
    const values = show === undefined ? 0 : readShow(show)
    // Loaded lazily: the database client takes longer to load than most commands take to run.
    const { printQuarantine } = await import('./print-quarantine.ts')
    await printQuarantine({ entities, property, values, format: json ? 'json' : 'text' })
  },
})

/** For larger exports use SQL. */
const mostShown = 1_000

function readShow(text: string): number {
  const count = /^\d{1,9}$/.test(text) ? Number(text) : 0
  if (count >= 1 && count <= mostShown) return count
  throw new HubgenError(
    'USAGE',
    `\`--show\` takes a whole number from 1 to ${mostShown}, found \`${text}\``,
    { fix: '`hubgen quarantine --help`' },
  )
}
