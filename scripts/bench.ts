/**
 * `npm run bench [name…]`: runs benchmarks, all by default, each three times, and writes the medians with
 * machine, commit and command to test/bench/results.md. Results of other benchmarks there stay.
 *
 * `npm run bench floor -- --records 20000 --rounds 1` tries one with fewer records and writes nothing. On two
 * cores: calls 2 min, fleet 8, floor 10, generate 1, limit 15, memory 20, migrate 3, naive 12, resources 20, resync 8,
 * tabs 4, width 12.
 */
import { execFileSync } from 'node:child_process'
import { cpus, totalmem } from 'node:os'
import { styleText } from 'node:util'
import { benchCalls } from './bench/calls.ts'
import type { Benchmark, Figure } from './bench/figure.ts'
import { benchFleet } from './bench/fleet.ts'
import { benchFloor } from './bench/floor.ts'
import { benchGenerate } from './bench/generate.ts'
import { benchLimit } from './bench/limit.ts'
import { benchMemory } from './bench/memory.ts'
import { benchMigrate } from './bench/migrate.ts'
import { benchNaive } from './bench/naive.ts'
import { benchResources } from './bench/resources.ts'
import { writeResult } from './bench/results.ts'
import { benchResync } from './bench/resync.ts'
import { benchTabs } from './bench/tabs.ts'
import { benchWidth } from './bench/width.ts'
import { parseArguments } from './parse-options.ts'

const benchmarks: Readonly<Record<string, Benchmark>> = {
  calls: benchCalls,
  fleet: benchFleet,
  floor: benchFloor,
  generate: benchGenerate,
  limit: benchLimit,
  memory: benchMemory,
  migrate: benchMigrate,
  naive: benchNaive,
  resources: benchResources,
  resync: benchResync,
  tabs: benchTabs,
  width: benchWidth,
}

// Exit handlers stop children and servers, whatever ends the process.
process.once('SIGINT', () => process.exit(130))
process.once('SIGTERM', () => process.exit(143))

const { values, positionals } = parseArguments(
  'npm run bench --',
  `Runs benchmarks, all unless some are named, and writes the medians to test/bench/results.md:\n` +
    Object.keys(benchmarks).join(', '),
  {
    records: { value: 'number', initial: '', says: 'tries one with fewer records; writes nothing' },
    rounds: {
      value: 'number',
      initial: '',
      says: 'another number than 3; writes nothing',
    },
  },
  Object.keys(benchmarks),
)
const trying = values.records !== '' || values.rounds !== ''
for (const name of positionals.length > 0 ? positionals : Object.keys(benchmarks)) {
  const run = benchmarks[name]
  if (run === undefined) continue
  process.stdout.write(`${styleText('bold', name)}\n`)
  const figures = await run({
    ...(values.records !== '' && { records: Number(values.records) }),
    rounds: Number(values.rounds === '' ? 3 : values.rounds),
    note: (text) => process.stdout.write(`${styleText('dim', `  ${text}`)}\n`),
  })
  for (const figure of figures) process.stdout.write(`  ${describe(figure)}\n`)
  if (!trying) writeResult(name, machine(), commit(), figures)
}

function describe({ what, median, bound }: Figure): string {
  return `${what}: ${median}${bound === undefined ? '' : ` (bound: ${bound})`}`
}

function machine(): string {
  const [processor] = cpus()
  const gibibytes = Math.round(totalmem() / 2 ** 30)
  return `${cpus().length} × ${processor?.model.trim() ?? 'unknown processor'}, ${gibibytes} GiB, Node ${process.version}`
}

function commit(): string {
  return execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim()
}
