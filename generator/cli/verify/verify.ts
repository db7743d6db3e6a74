import { brakeFor } from '../../project/brake-for.ts'
import { chooseGenerated } from '../../project/choose-entities.ts'
import { defineCommand, withEntities } from '../define-command.ts'
import { parseSample } from './parse-sample.ts'

/** `hubgen verify`: whether a table has the records that HubSpot has, and what differs. */
export const verifyCommand = defineCommand({
  command: 'verify [entity..]',
  describe: 'Compare ids and modified stamps with HubSpot, on request values and links',
  builder: (yargs) =>
    withEntities(yargs, 'Generated entities')
      .option('all', {
        type: 'boolean',
        default: false,
        describe: 'Every generated entity, or those in hubgen.config.ts',
      })
      .option('values', {
        type: 'string',
        describe: 'Compare the values and links of N random records (default 1,000), or of `all`',
      })
      .option('links', {
        type: 'boolean',
        default: false,
        describe: 'Compare the links of every record',
      })
      .option('repair', {
        type: 'boolean',
        default: false,
        describe: 'Update what differs, then compare again',
      })
      .option('allow-deletes', {
        type: 'boolean',
        default: false,
        describe: 'With --repair: mark records that HubSpot no longer has as deleted, however many',
      })
      .option('json', {
        type: 'boolean',
        default: false,
        describe: 'One JSON line per difference, then a summary',
      })
      .epilogue(
        'Every record is compared by its id and modified stamp; values and links only with --values and ' +
          '--links, which read them from HubSpot. Ends with 0 when all that was compared is equal, 1 when ' +
          'something differs, 2 when it could not look.',
      )
      .example('$0 verify deals', 'What is missing, extra or stale, and why')
      .example('$0 verify deals --values', 'The values and links of 1,000 deals as well')
      .example(
        '$0 verify deals --values all --repair',
        'Every value and link, and mend what differs',
      )
      .example('$0 verify --all --repair', ''),
  handler: async (args) => {
    const { directory, entity, all, values, links, repair, json } = args
    const allowDeletes = args['allow-deletes']
    const sample = values === undefined ? undefined : parseSample(values, entity)
    const { readConfig } = await import('../../config/read-config.ts')
    const config = await readConfig(process.cwd())
    const configured = config?.entities
    const selection = all ? (configured ?? 'all') : 'named'
    const entities = chooseGenerated(directory, entity, selection, 'verify')
    // Loaded here: the database's and HubSpot's clients take longer than most other commands.
    const { verifyEntities } = await import('./verify-entities.ts')
    const exitCode = await verifyEntities(directory, entities, {
      format: json ? 'json' : 'text',
      afterwards: repair ? 'repair' : 'report',
      ...(sample !== undefined && { values: sample }),
      ...(links && { links: 'all' as const }),
      brakeOf: (one) => (allowDeletes ? false : brakeFor(config, one)),
      whenGone: config?.whenGone,
    })
    // A call that was given up may hold its connection open for minutes: nobody waits for it.
    if (exitCode !== 0) process.exit(exitCode)
  },
})
