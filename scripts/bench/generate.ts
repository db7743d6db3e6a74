import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BenchOptions, type Figure, formatSeconds, median } from './figure.ts'

const main = fileURLToPath(new URL('../../dist/generator/cli/main.js', import.meta.url))
const propertyCount = 1000
const fewestRounds = 11

/**
 * `explore --from` and `generate` over 1,000 properties, each as a whole process of the built package:
 * starting Node, reading, deciding, rendering, writing.
 */
export async function benchGenerate({ rounds: asked }: BenchOptions): Promise<readonly Figure[]> {
  const explore: number[] = []
  const generate: number[] = []
  // Starting processes varies more than all other measurements here, and is fast.
  const rounds = Math.max(asked, fewestRounds)
  for (let round = 0; round < rounds; round += 1) {
    const folder = mkdtempSync(join(tmpdir(), 'hubgen-bench-'))
    try {
      writeFileSync(join(folder, 'answer.json'), JSON.stringify({ results: properties() }))
      explore.push(timeCommand(folder, ['explore', 'deals', '--from', 'answer.json']))
      generate.push(timeCommand(folder, ['generate', 'deals']))
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
  const both = explore.map((seconds, index) => seconds + (generate[index] ?? 0))
  return [
    { what: 'explore from file, 1,000 properties', median: formatSeconds(median(explore)) },
    { what: 'generate, 1,000 properties', median: formatSeconds(median(generate)) },
    { what: 'both, as whole processes', median: formatSeconds(median(both)), bound: '< 1.5 s' },
  ]
}

/** Seconds from start to exit of one command. */
function timeCommand(folder: string, args: readonly string[]): number {
  const start = performance.now()
  const { status, stderr } = spawnSync(process.execPath, [main, ...args], { cwd: folder })
  if (status !== 0) throw new Error(`\`hubgen ${args.join(' ')}\` failed: ${stderr}`)
  return (performance.now() - start) / 1000
}

/** Definitions with the mix of types and the option lists of a real portal. */
function properties(): readonly Record<string, unknown>[] {
  const types = [
    ...Array<string>(9).fill('string'),
    ...Array<string>(5).fill('enumeration'),
    ...Array<string>(3).fill('number'),
    'datetime',
    'datetime',
    'bool',
  ]
  return Array.from({ length: propertyCount }, (_, index) => {
    const type = types[index % types.length] ?? 'string'
    return {
      name: `property_of_the_bench_${index}`,
      label: `Property ${index} of the bench`,
      type,
      fieldType: type === 'enumeration' ? 'select' : 'text',
      description: index % 3 === 0 ? '' : `Description of property ${index}.`,
      groupName: `group_${index % 12}`,
      options: type === 'enumeration' ? options(index % 30) : [],
      hidden: false,
      calculated: false,
      externalOptions: false,
    }
  })
}

function options(count: number): readonly Record<string, unknown>[] {
  return Array.from({ length: count }, (_, index) => ({
    label: `Option ${index}`,
    value: `option_${index}`,
    displayOrder: index,
    hidden: false,
  }))
}
