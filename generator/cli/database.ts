import { styleText } from 'node:util'
import type { Database } from '../../runtime/postgres/connection/database.ts'
import { print } from '../../runtime/terminal/print.ts'
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
      .example('$0 database', 'Prints a psql command to paste into another terminal'),
  handler: (args) => serveDatabase(args),
})

/** Keeps the embedded server running until Ctrl-C; returns at once for any other server. */
async function serveDatabase({ json }: DatabaseArguments): Promise<void> {
  const { openSettingsDatabase } = await import('./open-database.ts')
  // Listens before the server starts, so that an early signal stops it, too.
  const stopped = waitForSignal()
  const say = (line: string) => {
    if (!json) print(line)
  }
  await using database = await openSettingsDatabase(say)
  if (json) process.stdout.write(`${JSON.stringify({ event: 'opened', url: database.url() })}\n`)
  const { readConfig } = await import('../config/read-config.ts')
  const { DEFAULT_SCHEMA } = await import('../model/schema-name.ts')
  const schema = (await readConfig(process.cwd()))?.schema ?? DEFAULT_SCHEMA
  say(describeAccess(database, schema))
  if (!database.embedded) return
  await stopped
  say('\nStopped. The data stays; `hubgen database` starts it again.')
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
  if (database.embedded) lines.push('', 'Ctrl-C stops it.')
  return lines.join('\n')
}
