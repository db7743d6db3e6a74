/**
 * `npm run torture -- --records 50000 --kills 50 --seed 7 --minutes 30`: see `test/torture/run-torture.ts`.
 * Ends with 1 when the copy is not what the portal is.
 */
import { writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runTorture } from '../test/torture/run-torture.ts'
import { parseOptions } from './parse-options.ts'

const values = parseOptions(
  'npm run torture --',
  'Syncs a portal that changes all the time and answers with faults, kills the process again and again and\nrestarts Postgres and PgBouncer under it; then once undisturbed, and a judge compares every row with the\nportal. Ends with 1 when the copy is not what the portal is.',
  {
    records: { value: 'number', initial: '20000', says: 'of all entities together' },
    entities: {
      value: 'names',
      initial: 'deals,contacts,companies',
      says: 'with commas between them',
    },
    kills: { value: 'number', initial: '50', says: 'how often the process is killed' },
    'postgres-restarts': { value: 'number', initial: '3', says: 'how often Postgres is restarted' },
    'pgbouncer-restarts': { value: 'number', initial: '1', says: 'how often PgBouncer is' },
    minutes: {
      value: 'number',
      initial: '60',
      says: 'then comes the last run, whatever is left to do',
    },
    seed: {
      value: 'number',
      initial: String(Date.now() % 1_000_000),
      says: 'decides what happens',
    },
  },
)

const directory = await mkdtemp(join(tmpdir(), 'hubgen-torture-'))
const seed = Number(values.seed)
say(`seed ${seed}; everything is in ${directory}`)
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
  problems.length === 0 ? 'every value is right' : `${problems.length} problems with seed ${seed}`,
)
process.exitCode = problems.length === 0 ? 0 : 1

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
