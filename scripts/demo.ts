/**
 * `npm run demo`: from nothing to typed rows, with the simulator for HubSpot and the embedded Postgres for
 * Neon. Runs the same commands that a user would, in a folder that the next demo replaces.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { styleText } from 'node:util'
import { sql } from 'kysely'
import { type Database, openDatabase } from '../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../runtime/postgres/connection/settings.ts'
import { startSimulator } from '../simulator/start-simulator.ts'
import { demoQueries } from './demo-queries.ts'
import { formatTable } from './format-table.ts'

const main = fileURLToPath(new URL('../generator/cli/main.ts', import.meta.url))
const folder = fileURLToPath(new URL('../.hubgen/demo', import.meta.url))
const entities = ['contacts', 'companies', 'deals', 'tickets']

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
say('Starting a HubSpot portal (the simulator) and a Postgres (embedded).')
await using simulator = await startSimulator()
await using database = await openDatabase(readDatabaseSettings({}, folder))
say(`The demo runs in ${relative(process.cwd(), folder)}/; have a look at its files.`)

await type('explore', ...entities)
await type('generate', '--all')
await type('migrate')
await type('sync', ...entities)
for (const query of demoQueries) await show(database, query)
sayWhatIsNext()

/** Runs one hubgen command and shows it; a failed command ends the demo. */
async function type(...args: string[]): Promise<void> {
  process.stdout.write(`\n${styleText('bold', `$ npx hubgen ${args.join(' ')}`)}\n`)
  const child = spawn(process.execPath, ['--conditions=hubgen-source', main, ...args], {
    cwd: folder,
    env: environment(),
    stdio: 'inherit',
  })
  const code = await new Promise((resolve) => child.once('exit', resolve))
  if (code !== 0) throw new Error(`\`hubgen ${args.join(' ')}\` ended with ${code}`)
}

/** The user's environment, without the settings of a real portal or database. */
function environment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(HUBSPOT_|NEON_|PG)|^DATABASE_URL$/.test(name),
  )
  return {
    ...Object.fromEntries(inherited),
    HUBSPOT_API_URL: simulator.url,
    HUBSPOT_API_TOKEN: simulator.token,
  }
}

async function show(from: Database, query: { title: string; sql: string }): Promise<void> {
  const { rows } = await sql.raw<Record<string, unknown>>(query.sql).execute(from.kysely)
  process.stdout.write(`\n${styleText('bold', query.title)}\n${formatTable(rows)}\n`)
}

function say(text: string): void {
  process.stdout.write(`${styleText('dim', text)}\n`)
}

function sayWhatIsNext(): void {
  process.stdout.write(`
${styleText('bold', 'Next commands')}
  less .hubgen/demo/generated/deals/README.md   the setup document of one entity
  (cd .hubgen/demo && npx hubgen database)      query the rows with psql

With your own portal, in a folder of your own:
  npx hubgen init                               asks for the token and the database, writes .env
  npx hubgen explore deals
  npx hubgen generate deals
  npx hubgen migrate
  npx hubgen sync deals 10                      ten records first, then without the 10
`)
}
