/**
 * `npm run boundaries -- --scenario incremental --seed 7`: see `test/boundaries/try-boundaries.ts`. Exits
 * with 1 if a copy was wrong, with 2 for a usage error.
 */

import type { Boundary } from '../test/boundaries/run-to-boundary.ts'
import {
  type BoundaryScenario,
  boundaryEndings,
  boundaryScenarios,
  type Ending,
} from '../test/boundaries/scenarios.ts'
import { parseOptions } from './parse-options.ts'

const names = boundaryScenarios.map(({ name }) => name)
const options = parseOptions(
  'npm run boundaries --',
  'Ends a run at every call to HubSpot and before and after every transaction, one place after another.\nAfter each, one run finishes, and a judge compares every row with the portal.',
  {
    scenario: {
      value: 'names',
      initial: 'all',
      says: `comma-separated: ${names.join(', ')}`,
    },
    seed: {
      value: 'number',
      initial: '1',
      says: 'of the portal, and of the places that --most skips',
    },
    most: { value: 'number', initial: 'all', says: 'maximum number of places per scenario' },
    only: {
      value: 'places',
      initial: 'all',
      says: 'places as failures name them, e.g. call:7,before:3,after:3',
    },
    ending: { value: 'how', initial: 'the usual', says: boundaryEndings.join(', ') },
  },
)

// Only now, because they load the whole engine.
const { openBeginnings } = await import('../test/boundaries/prepare-scenario.ts')
const { parseBoundary, tryBoundaries } = await import('../test/boundaries/try-boundaries.ts')
const { startScratchServer } = await import('../test/support/start-scratch-server.ts')

const scenarios =
  options.scenario === 'all' ? boundaryScenarios : options.scenario.split(',').map(named)
const only = options.only === 'all' ? undefined : options.only.split(',').map(placed)
const ending =
  options.ending === 'the usual'
    ? undefined
    : boundaryEndings.find((each) => each === options.ending)
if (options.ending !== 'the usual' && ending === undefined) refuse(`--ending ${options.ending}`)
const seed = Number(options.seed)
const most = options.most === 'all' ? undefined : Number(options.most)

await using server = await startScratchServer()
await using beginnings = openBeginnings(server.url)
let wrong = 0
for (const scenario of scenarios) {
  const report = await tryBoundaries({
    scenario,
    seed,
    beginnings,
    say,
    ...(only !== undefined && { only }),
    ...(most !== undefined && { most }),
    ...(ending !== undefined && { ending: ending satisfies Ending }),
  })
  wrong += report.wrong.length
  say(`${scenario.name}: ${report.tried} places, ${report.wrong.length} wrong`)
  for (const { boundary, differences } of report.wrong) {
    const again = boundary === 'none' ? '' : ` --only ${boundary}`
    say(`  npm run boundaries -- --scenario ${scenario.name} --seed ${seed}${again}`)
    for (const difference of differences.slice(0, 5)) say(`    ${difference}`)
  }
}
process.exitCode = wrong === 0 ? 0 : 1

function named(name: string): BoundaryScenario {
  return boundaryScenarios.find((each) => each.name === name) ?? refuse(`no scenario \`${name}\``)
}

function placed(text: string): Boundary {
  return parseBoundary(text) ?? refuse(`\`${text}\` is not a place`)
}

function refuse(what: string): never {
  process.stderr.write(`${what}: see \`npm run boundaries -- --help\`\n`)
  process.exit(2)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
