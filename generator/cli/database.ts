import { styleText } from 'node:util'
import type { Database } from '../../runtime/postgres/connection/database.ts'
import { defineCommand } from './define-command.ts'
import { waitForSignal } from './wait-for-signal.ts'

interface DatabaseArguments {
  readonly json: boolean
}

export const databaseCommand = defineCommand({
  command: 'database',
  describe: 'Show how to query the database; keeps the embedded Postgres running',
  builder: (yargs) =>
    yargs
      .option('json', { type: 'boolean', default: false, describe: 'One JSON line for programs' })
      .example('hubgen database', 'Prints a psql command to paste into another terminal'),
  handler: (args) => serveDatabase(args),
})

/** The embedded server runs until Ctrl-C; a server of one's own needs nobody to keep it running. */
async function serveDatabase({ json }: DatabaseArguments): Promise<void> {
  const { openSettingsDatabase } = await import('./open-database.ts')
  // A signal that comes while the server starts must not leave it running.
  const stopped = waitForSignal()
  const say = (line: string) => {
    if (!json) process.stdout.write(`${line}\n`)
  }
  await using database = await openSettingsDatabase(say)
  if (json) process.stdout.write(`${JSON.stringify({ event: 'opened', url: database.url() })}\n`)
  const { readConfig } = await import('../config/read-config.ts')
  const { DEFAULT_SCHEMA } = await import('../model/schema-name.ts')
  const schema = (await readConfig(process.cwd()))?.schema ?? DEFAULT_SCHEMA
  say(describeAccess(database, schema))
  if (!database.embedded) return
  await stopped
  say('\nDone. Rows are kept; `hubgen database` opens them again.')
}

function describeAccess(database: Database, schema: string): string {
  const lines = [
    '',
    'Query it from another terminal, or give the URL to any Postgres client:',
    '',
    `  ${styleText('bold', `psql '${database.url()}'`)}`,
    '',
    `Tables are in schema ${schema}, runs and rejected values in schema hubgen:`,
    '',
    `  ${styleText('cyan', 'SELECT * FROM hubgen.run ORDER BY started_at DESC;')}`,
  ]
  if (database.embedded) lines.push('', 'Ctrl-C ends it.')
  return lines.join('\n')
}
