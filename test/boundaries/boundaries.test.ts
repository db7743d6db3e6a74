import { expect, inject, it } from 'vitest'
import { boundaryScenarios } from './scenarios.ts'
import { tryBoundaries } from './try-boundaries.ts'

/** `npm run boundaries` tries every boundary; this test tries a few, chosen by the seed. */
const seed = Number(process.env['HUBGEN_BOUNDARY_SEED'] ?? 3)
const most = Number(process.env['HUBGEN_BOUNDARIES'] ?? 4)

it.each(boundaryScenarios)('$name: a run that ends anywhere costs nothing', async (scenario) => {
  const serverUrl = inject('postgresUrl')
  const said: string[] = []
  const say = (line: string) => said.push(line)
  const report = await tryBoundaries({ scenario, seed, serverUrl, most, say })
  expect(report.wrong, said.join('\n')).toEqual([])
  expect(report.tried).toBeGreaterThan(0)
})
