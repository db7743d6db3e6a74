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
import type { Benchmark, Figure } from './bench/figure.ts'
import { writeResult } from './bench/results.ts'
import { parseArguments } from './parse-options.ts'

/** Each is loaded when it runs. */
const benchmarks: Readonly<Record<string, () => Promise<Benchmark>>> = {
  calls: async () => (await import('./bench/calls.ts')).benchCalls,
  fleet: async () => (await import('./bench/fleet.ts')).benchFleet,
  floor: async () => (await import('./bench/floor.ts')).benchFloor,
  generate: async () => (await import('./bench/generate.ts')).benchGenerate,
  limit: async () => (await import('./bench/limit.ts')).benchLimit,
  memory: async () => (await import('./bench/memory.ts')).benchMemory,
  migrate: async () => (await import('./bench/migrate.ts')).benchMigrate,
  naive: async () => (await import('./bench/naive.ts')).benchNaive,
  resources: async () => (await import('./bench/resources.ts')).benchResources,
  resync: async () => (await import('./bench/resync.ts')).benchResync,
  tabs: async () => (await import('./bench/tabs.ts')).benchTabs,
  width: async () => (await import('./bench/width.ts')).benchWidth,
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
  const load = benchmarks[name]
  if (load === undefined) continue
  const run = await load()
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
