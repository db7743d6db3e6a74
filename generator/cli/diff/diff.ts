import { HubgenError } from '../../../runtime/errors.ts'
import { NOT_COMPARED } from '../../model/drift.ts'
import { defineCommand, withEntities } from '../define-command.ts'
import type { DiffArguments } from './run-diff.ts'

/** `hubgen diff`: shows the differences between HubSpot, the analyses, the generated files and the tables. */
export const diffCommand = defineCommand({
  command: 'diff [entity..]',
  describe: 'Show what changed in HubSpot, in the generated files and in the tables',
  builder: (yargs) =>
    withEntities(yargs, 'Entities to compare, e.g. deals contacts')
      .option('all', {
        type: 'boolean',
        default: false,
        describe: 'Every entity in hubgen.config.ts, or every explored one',
      })
      .option('database', {
        type: 'boolean',
        describe: 'Compare the live tables; default: if a database is configured',
      })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON document' })
      .option('markdown', {
        type: 'boolean',
        default: false,
        describe: 'Markdown for the text of a pull request',
      })
      .option('commit', {
        type: 'boolean',
        default: false,
        describe:
          'Explore and generate again, and commit the generated files, and no others, to git',
      })
      .option('from', {
        type: 'string',
        requiresArg: true,
        describe: 'Compare a saved answer of the properties endpoint, offline; no tables',
      })
      .epilogue(`Not compared: ${NOT_COMPARED.join('; ')}.`)
      .example('$0 diff deals', 'Exit code 0: no drift, 1: drift, 2: could not look')
      .example('$0 diff deals --from deals.json', 'Without a token')
      .example('$0 diff --all --commit', 'For a nightly job; see `hubgen init`'),
  handler: async (args) => {
    checkArguments(args)
    const { runDiff } = await import('./run-diff.ts')
    process.exitCode = await runDiff(args)
  },
})

function checkArguments(args: DiffArguments): void {
  const { entity, all, json, markdown, commit, database, from } = args
  if (all && entity.length > 0) throw usage('`--all` takes no entities')
  if (!all && entity.length === 0) throw usage('which entity? Name one, or use `--all`')
  if (from !== undefined) {
    if (all || entity.length !== 1) throw usage('`--from` compares exactly one entity; name it')
    if (commit) throw usage('`--commit` reads HubSpot, so it excludes `--from`')
    if (database === true) throw usage('`--from` compares no tables, so it excludes `--database`')
  }
  if (json && markdown) throw usage('`--json` and `--markdown` exclude each other; choose one')
  if (commit && database === true)
    throw usage('`--commit` compares no tables, so it excludes `--database`')
}

function usage(message: string): HubgenError {
  return new HubgenError('USAGE', message, { fix: '`hubgen diff --help`' })
}
