import { afterAll, expect, inject, it } from 'vitest'
import { openBeginnings } from './prepare-scenario.ts'
import { boundaryScenarios } from './scenarios.ts'
import { tryBoundaries } from './try-boundaries.ts'

/** `npm run boundaries` tries every boundary; this test tries a few, chosen by the seed. */
const seed = Number(process.env['HUBGEN_BOUNDARY_SEED'] ?? 3)
const most = Number(process.env['HUBGEN_BOUNDARIES'] ?? 4)

const beginnings = openBeginnings(inject('postgresUrl'))
afterAll(() => beginnings[Symbol.asyncDispose]())

it.each(boundaryScenarios)('$name: a run that ends anywhere costs nothing', async (scenario) => {
  const said: string[] = []
  const say = (line: string) => said.push(line)
  const report = await tryBoundaries({ scenario, seed, beginnings, most, say })
  expect(report.wrong, said.join('\n')).toEqual([])
  expect(report.tried).toBeGreaterThan(0)
})
