import { brakeFor } from '../../project/brake-for.ts'
import { chooseWithResources } from '../../project/choose-entities.ts'
import { resourcesOfAll } from '../../project/find-entity.ts'
import { defineCommand, withEntities, withPortals } from '../define-command.ts'
import { parseSample } from './parse-sample.ts'

/** `hubgen verify`: compares a table with HubSpot's records and shows the differences. */
export const verifyCommand = defineCommand({
  command: 'verify [entity..]',
  describe: 'Compare ids and modified stamps with HubSpot, optionally values and links',
  builder: (yargs) =>
    withPortals(withEntities(yargs, 'Generated entities'))
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
        describe: 'Repair differences, then compare again',
      })
      .option('allow-deletes', {
        type: 'boolean',
        default: false,
        describe: 'With --repair: mark missing records as deleted, however many there are',
      })
      .option('json', {
        type: 'boolean',
        default: false,
        describe: 'One JSON line per difference, then a summary',
      })
      .epilogue(
        'Compares the id and modified stamp of every record; with --values and --links also values and ' +
          'links, which it reads from HubSpot. Of lists, forms and other resources it compares every key and value; ' +
          '--values also reads what HubSpot sends for one row per call. Exits with 0 if everything compared is equal, 1 if ' +
          'something differs, 2 if it could not look.',
      )
      .example('$0 verify deals', 'Missing, extra and stale records, with reasons')
      .example('$0 verify deals --values', 'Also the values and links of 1,000 deals')
      .example('$0 verify deals --values all --repair', 'Compare every value and link, and repair')
      .example('$0 verify lists list_members', 'Every list and its members')
      .example('$0 verify --all --repair', ''),
  handler: async (args) => {
    const { directory, entity, all, values, links, repair, json } = args
    const allowDeletes = args['allow-deletes']
    const sample = values === undefined ? undefined : parseSample(values, entity)
    const { readConfig } = await import('../../config/read-config.ts')
    const config = await readConfig(process.cwd())
    const configured = config?.entities
    const selection = all ? (configured ?? 'all') : 'named'
    const ofPortal = resourcesOfAll(config?.resources)
    const entities = chooseWithResources(directory, entity, selection, 'verify', ofPortal)
    // Loaded lazily: the clients of database and HubSpot take longer to load than most commands take to run.
    const { verifyEntities } = await import('./verify-entities.ts')
    const exitCode = await verifyEntities(directory, entities, {
      format: json ? 'json' : 'text',
      afterwards: repair ? 'repair' : 'report',
      ...(sample !== undefined && { values: sample }),
      ...(links && { links: 'all' as const }),
      brakeOf: (one) => (allowDeletes ? false : brakeFor(config, one)),
      whenGone: config?.whenGone,
    })
    // Exits without waiting for abandoned calls, whose connections may stay open for minutes.
    if (exitCode !== 0) process.exit(exitCode)
  },
})
