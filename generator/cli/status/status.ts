import { HubgenError } from '../../../runtime/errors.ts'
import { readDuration } from '../../config/read-duration.ts'
import {
  choosePresent,
  chooseWithResources,
  presentResources,
} from '../../project/choose-entities.ts'
import { resourcesOfAll } from '../../project/find-entity.ts'
import { defineCommand, withEntities, withPortals } from '../define-command.ts'

/** `hubgen status`: shows from the database whether the copy is healthy. */
export const statusCommand = defineCommand({
  command: 'status [entity..]',
  describe: 'Show whether the copy is healthy and what is running',
  builder: (yargs) =>
    withPortals(
      withEntities(yargs, 'Generated entities; default: those in hubgen.config.ts, or all'),
    )
      .option('max-age', {
        type: 'string',
        default: '26h',
        describe: 'Maximum age of a copy: 26h, 90m, 2d',
      })
      .option('cost', {
        type: 'boolean',
        default: false,
        describe: 'Calls, hours of compute and WAL of the last 30 days instead; exits with 0',
      })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON document' })
      .epilogue(
        'Reads only the database. Exits with 0 if the copy is healthy, 1 if there is a problem (a sync ' +
          'that failed, was interrupted or never ran, an outdated copy, a schedule that stopped running, properties that HubSpot does not ' +
          'answer, rejected values, parts that were never read completely, records that HubSpot ' +
          'does not return, unexplained differences in the daily comparison, schema drift, failed ' +
          'checks), 2 if it could not look.',
      )
      .example('$0 status', 'Every entity, and the next command')
      .example('$0 status --cost', 'The cost of the copy; docs/scheduling.md')
      .example('$0 status deals --max-age 2h --json', 'For cron, CI and programs'),
  handler: async ({ directory, entity, maxAge, json, cost }) => {
    if (cost) {
      const { printCost } = await import('./print-cost.ts')
      await printCost(json ? 'json' : 'text')
      return
    }
    const maxAgeSeconds = parseMaxAge(maxAge)
    const { readConfig } = await import('../../config/read-config.ts')
    const config = await readConfig(process.cwd())
    const also =
      entity.length > 0 ? [] : presentResources(directory, resourcesOfAll(config?.resources))
    const { entities, missing, unlisted } =
      entity.length > 0
        ? {
            entities: chooseWithResources(directory, entity, 'named', 'status'),
            ...{ missing: [], unlisted: [] },
          }
        : choosePresent(directory, config?.entities, 'status', also)
    const { missingResources } = await import('../../project/missing-resources.ts')
    const absent = entity.length > 0 ? [] : await missingResources(directory, config?.resources)
    // Loaded lazily: the database client takes longer to load than most commands take to run.
    const { printStatus } = await import('./print-status.ts')
    process.exitCode = await printStatus(directory, entities, {
      maxAgeSeconds,
      missing: [...missing, ...absent],
      unlisted,
      format: json ? 'json' : 'text',
    })
  },
})

/** In seconds; fails with USAGE. */
function parseMaxAge(text: string): number {
  const seconds = readDuration(text)
  if (seconds > 0) return seconds
  throw new HubgenError(
    'USAGE',
    `\`--max-age\` takes a time such as \`26h\`, \`90m\` or \`2d\`, found \`${text}\``,
    { fix: '`hubgen status --help`' },
  )
}
