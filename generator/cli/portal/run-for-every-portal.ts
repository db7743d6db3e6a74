import { styleText } from 'node:util'
import { print } from '../../../runtime/terminal/print.ts'
import { countOf } from '../../../runtime/words/numbers-as-text.ts'
import { readNearestPortals } from '../../project/portals/find-portal.ts'
import { commandOf } from '../command-of.ts'
import { mapInOrder } from './map-in-order.ts'
import { type PortalRun, PortalRuns } from './portal-runs.ts'
import type { PortalsRequest } from './portals-option.ts'
import { printRun } from './print-run.ts'

/** A child takes about 170 MB. */
const atOnce = 4

/**
 * Runs a command line for every portal, some at once, and prints the output portal by portal, then a line for each. Returns
 * the worst exit code.
 */
export async function runForEveryPortal(request: PortalsRequest): Promise<number> {
  const { args, format } = request
  const plans = args.some((word) => /^--plan(=true)?$/.test(word))
  if (commandOf(args) === 'migrate' && !plans) {
    const { migratePortals } = await import('./migrate-portals.ts')
    return await migratePortals(request)
  }
  const file = await readNearestPortals(process.cwd())
  using runs = new PortalRuns(file, format)
  const portals = [...file.portals.values()]
  const names = portals.map(({ name }) => name)
  const summary: string[] = []
  let worst = 0
  if (commandOf(args) === 'doctor') {
    const { printPortalsSection } = await import('../doctor/print-portals-section.ts')
    worst = await printPortalsSection(file.directory, format)
    summary.push(describeExit('hubgen.portals.ts', worst, names))
  }
  for await (const run of mapInOrder(portals, atOnce, (portal) => runs.run(portal, args))) {
    await printRun(run, format)
    worst = Math.max(worst, run.exitCode)
    summary.push(describeRun(run, names))
  }
  if (format === 'text') {
    print(
      ['', ...summary, '', `${countOf(portals.length, 'portal')}; exit code ${worst}`].join('\n'),
    )
  }
  return worst
}

function describeRun({ portal, exitCode, failure }: PortalRun, names: readonly string[]): string {
  return `${describeExit(portal.name, exitCode, names)}${failure === '' ? '' : `  ${failure}`}`
}

function describeExit(name: string, exitCode: number, names: readonly string[]): string {
  const width = Math.max(...names.map(({ length }) => length))
  const word = exitCode === 0 ? styleText('green', 'ok') : styleText('red', `exit ${exitCode}`)
  return `${name.padEnd(width)}  ${word}`
}
