/**
 * `npm run torture -- --records 50000 --kills 50 --seed 7 --minutes 30`: see `test/torture/run-torture.ts`.
 * Exits with 1 if the copy differs from the portal.
 */
import { writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseOptions } from './parse-options.ts'

const values = parseOptions(
  'npm run torture --',
  'Syncs a portal that constantly changes and answers with faults, kills the process repeatedly and restarts\nPostgres and PgBouncer; then one run finishes, and a judge compares every row with the portal. Exits with 1\nif they differ.',
  {
    records: { value: 'number', initial: '20000', says: 'for all entities together' },
    entities: {
      value: 'names',
      initial: 'deals,contacts,companies',
      says: 'comma-separated',
    },
    kills: { value: 'number', initial: '50', says: 'number of kills of the process' },
    'postgres-restarts': { value: 'number', initial: '3', says: 'number of restarts of Postgres' },
    'pgbouncer-restarts': {
      value: 'number',
      initial: '1',
      says: 'number of restarts of PgBouncer',
    },
    minutes: {
      value: 'number',
      initial: '60',
      says: 'starts the last run after this time at the latest',
    },
    seed: {
      value: 'number',
      initial: String(Date.now() % 1_000_000),
      says: 'determines the events',
    },
  },
)

// Only now, because it loads the whole engine.
const { runTorture } = await import('../test/torture/run-torture.ts')
const directory = await mkdtemp(join(tmpdir(), 'hubgen-torture-'))
const seed = Number(values.seed)
say(`seed ${seed}; files are in ${directory}`)
const { problems, ...report } = await runTorture({
  seed,
  records: Number(values.records),
  entities: values.entities.split(','),
  kills: Number(values.kills),
  postgresRestarts: Number(values['postgres-restarts']),
  pgBouncerRestarts: Number(values['pgbouncer-restarts']),
  minutes: Number(values.minutes),
  directory,
  say,
})
say(JSON.stringify(report))
writeFileSync(join(directory, 'problems.txt'), problems.map((each) => `${each}\n`).join(''))
for (const problem of problems.slice(0, 20)) say(problem)
say(
  problems.length === 0
    ? 'the copy equals the portal'
    : `${problems.length} problems with seed ${seed}`,
)
process.exitCode = problems.length === 0 ? 0 : 1

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
