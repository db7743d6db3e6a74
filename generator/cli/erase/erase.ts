import { HubgenError } from '../../../runtime/errors.ts'
import { chooseGenerated } from '../../project/choose-entities.ts'
import { defineCommand } from '../define-command.ts'

/** `hubgen erase`: empties records permanently, everywhere in the copy. */
export const eraseCommand = defineCommand({
  command: 'erase <entity> <id..>',
  describe: 'Erase all values of permanently deleted records (GDPR)',
  builder: (yargs) =>
    yargs
      .positional('entity', { type: 'string', demandOption: true, describe: 'A generated entity' })
      .positional('id', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'Ids of the records, as in HubSpot and in the column `id`',
      })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON line for programs' })
      .epilogue(
        'Empties every column of the row and removes former values, quarantined values and labels of links, also of ' +
          'records that were merged into it; of a contact, its form submissions and the e-mail events of its addresses, ' +
          'too. The id, flags, links and merges stay. Records that are live in ' +
          'HubSpot are refused: delete them there first.',
      )
      .example('$0 erase contacts 40000000001', 'After the contact was deleted in HubSpot'),
  handler: async ({ directory, entity, id, json }) => {
    const [name = entity] = chooseGenerated(directory, [entity], 'named', 'erase')
    const ids = id.map(readRecordId)
    // Loaded lazily: the clients of database and HubSpot take longer to load than most commands take to run.
    const { eraseNamed } = await import('./erase-named.ts')
    await eraseNamed(directory, name, ids, json ? 'json' : 'text')
  },
})

function readRecordId(word: string): string {
  if (/^\d{1,18}$/.test(word)) return word
  throw new HubgenError('USAGE', `\`${word}\` is not a record id: ids are whole numbers`, {
    fix: '`hubgen erase --help`; use one command per entity',
  })
}
