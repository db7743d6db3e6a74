import { HubgenError } from '../../../runtime/errors.ts'
import { chooseGenerated } from '../../project/choose-entities.ts'
import { defineCommand } from '../define-command.ts'

/** `hubgen erase`: empties records everywhere in the copy, for good. */
export const eraseCommand = defineCommand({
  command: 'erase <entity> <id..>',
  describe: 'Erase all values of records that HubSpot deleted for good (GDPR)',
  builder: (yargs) =>
    yargs
      .positional('entity', { type: 'string', demandOption: true, describe: 'A generated entity' })
      .positional('id', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'Ids of its records, as HubSpot and the column `id` have them',
      })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON line for programs' })
      .epilogue(
        'Every column of the row, former values, values in the quarantine and labels of links go, also of ' +
          'records that were merged into it. The id, the flags, links and merges stay. Records that are live in ' +
          'HubSpot are refused: delete them there first.',
      )
      .example('$0 erase contacts 40000000001', 'After the contact was deleted in HubSpot'),
  handler: async ({ directory, entity, id, json }) => {
    const [name = entity] = chooseGenerated(directory, [entity], 'named', 'erase')
    const ids = id.map(readRecordId)
    // Loaded here: the database's and HubSpot's clients take longer than most other commands.
    const { eraseNamed } = await import('./erase-named.ts')
    await eraseNamed(directory, name, ids, json ? 'json' : 'text')
  },
})

function readRecordId(word: string): string {
  if (/^\d{1,18}$/.test(word)) return word
  throw new HubgenError('USAGE', `\`${word}\` is no id of a record: ids are whole numbers`, {
    fix: '`hubgen erase --help`; more than one entity takes one command each',
  })
}
