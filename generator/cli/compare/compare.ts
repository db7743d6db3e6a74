import { HubgenError } from '../../../runtime/errors.ts'
import { defineCommand } from '../define-command.ts'

const USUAL_SAMPLE = 1_000

/** `hubgen compare`: compares another copy of the portal in the same database with this one. */
export const compareCommand = defineCommand({
  command: 'compare <schema>',
  describe: 'Compare another copy of the portal, e.g. that of Fivetran, with this one',
  builder: (yargs) =>
    yargs
      .positional('schema', {
        type: 'string',
        demandOption: true,
        describe: 'Schema of the other copy, in the same database',
      })
      .option('sample', {
        type: 'number',
        default: USUAL_SAMPLE,
        describe: 'Compare the values of N rows per table',
      })
      .option('all', {
        type: 'boolean',
        default: false,
        describe: 'Compare the values of all rows',
      })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON document' })
      .option('markdown', { type: 'boolean', default: false, describe: 'A report in Markdown' })
      .epilogue(
        'Only reads. Compares the tables and columns of both copies, every row by id, and values. Each ' +
          'difference has a class: newer here, newer there, deleted, another form of the same value, ' +
          'really different. Exits with 0 if nothing is really different, 1 if something is, 2 if it ' +
          'could not look.',
      )
      .example('$0 compare hubspot_fivetran_old', 'Rows, and the values of 1,000 rows per table')
      .example('$0 compare fivetran --all --markdown > report.md', 'Every value, as a report'),
  handler: async ({ directory, schema, sample, all, json, markdown }) => {
    if (json && markdown) throw usage('`--json` and `--markdown` exclude each other; choose one')
    if (!Number.isSafeInteger(sample) || sample < 1) {
      throw usage(`\`--sample\` takes a number of rows from 1, found \`${sample}\``)
    }
    // Loaded lazily: the database client takes longer to load than most commands take to run.
    const { runCompare } = await import('./run-compare.ts')
    process.exitCode = await runCompare(directory, {
      schema,
      sample: all ? null : sample,
      format: json ? 'json' : markdown ? 'markdown' : 'text',
    })
  },
})

function usage(message: string): HubgenError {
  return new HubgenError('USAGE', message, { fix: '`hubgen compare --help`' })
}
