/**
 * `npm run torture -- --records 50000 --kills 50 --seed 7 --minutes 30`: see `test/torture/run-torture.ts`.
 * Ends with 1 when the copy is not what the portal is.
 */
import { writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runTorture } from '../test/torture/run-torture.ts'

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '20000' },
    entities: { type: 'string', default: 'deals,contacts,companies' },
    kills: { type: 'string', default: '50' },
    'postgres-restarts': { type: 'string', default: '3' },
    'pgbouncer-restarts': { type: 'string', default: '1' },
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
})

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
