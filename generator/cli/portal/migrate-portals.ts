import { styleText } from 'node:util'
import { print } from '../../../runtime/terminal/print.ts'
import { cancelledExitCode, expectedExitCode } from '../../../runtime/terminal/report-failure.ts'
import { countOf } from '../../../runtime/words/numbers-as-text.ts'
import type { Portal, PortalsFile } from '../../config/read-portals-file.ts'
import { findPortal, readNearestPortals } from '../../project/portals/find-portal.ts'
import { visibleJson } from '../../render/text/escape-text.ts'
import { mapInOrder } from './map-in-order.ts'
import { PortalRuns } from './portal-runs.ts'
import type { PortalsRequest } from './portals-option.ts'
import { printRun } from './print-run.ts'

const plansAtOnce = 4
/** Exit codes of a slice of a sync that succeeded: all done, more to do, the rest is done by another run. */
const roundExitCodes = [0, 3, 4]

/**
 * `hubgen migrate --portals all`: plans every portal, migrates the canary, syncs and checks it, then migrates the others,
 * one after another. It stops at the first failure; running it again continues, because a migrated portal has nothing
 * pending. Returns the exit code.
 */
export async function migratePortals({ args, format, canary }: PortalsRequest): Promise<number> {
  const file = await readNearestPortals(process.cwd())
  const first = canary === null ? null : findPortal(file, canary)
  using runs = new PortalRuns(file, format)
  const portals = inOrder(file, first)
  const say = (line: string) => {
    if (format === 'text') print(line)
  }
  const planned = await planAll(runs, portals, { args, format, say })
  const done: string[] = []
  let failed: string | null = planned
  for (const portal of portals) {
    if (failed !== null || runs.cancelled) break
    const steps = portal === first ? canarySteps(file, args) : [{ args, accepted: [0] }]
    if (portal === first)
      say(`\nThe canary is ${portal.name}: it is migrated, synced and checked first.`)
    const passed = await runSteps(runs, portal, { steps, format })
    if (passed) done.push(portal.name)
    else failed = portal.name
  }
  // A portal that a signal stopped has not failed.
  if (runs.cancelled) failed = null
  const left = portals
    .map(({ name }) => name)
    .filter((name) => name !== failed && !done.includes(name))
  report({ done, failed, left, canary }, format)
  if (runs.cancelled) return cancelledExitCode
  return failed === null && left.length === 0 ? 0 : expectedExitCode
}

function inOrder({ portals }: PortalsFile, first: Portal | null): readonly Portal[] {
  const others = [...portals.values()].filter((portal) => portal !== first)
  return first === null ? others : [first, ...others]
}

interface Step {
  readonly args: readonly string[]
  readonly accepted: readonly number[]
}

function canarySteps({ sliceSeconds }: PortalsFile, args: readonly string[]): readonly Step[] {
  const json = args.filter((word) => word.startsWith('--json'))
  return [
    { args, accepted: [0] },
    { args: ['sync', '--all', '--slice', `${sliceSeconds}s`, ...json], accepted: roundExitCodes },
    { args: ['check', '--all', ...json], accepted: [0] },
  ]
}

/** The first portal that cannot be planned; null if each can. */
async function planAll(
  runs: PortalRuns,
  portals: readonly Portal[],
  { args, format, say }: Pick<PortalsRequest, 'args' | 'format'> & { say: (line: string) => void },
): Promise<string | null> {
  const planArgs = [...args.filter((word) => !word.startsWith('--json')), '--plan', '--json']
  let failed: string | null = null
  for await (const run of mapInOrder(portals, plansAtOnce, (one) => runs.run(one, planArgs))) {
    const { name } = run.portal
    if (run.exitCode !== 0) {
      failed ??= name
      await printRun(run, format)
      continue
    }
    let pending: readonly string[] = []
    for await (const line of run.lines()) pending = pendingOf(line) ?? pending
    say(`${name}: ${pending.length === 0 ? 'nothing is pending' : `pending ${pending.join(', ')}`}`)
  }
  return failed
}

/** The names in the line of `migrate --plan --json`; null for any other line. */
function pendingOf(line: string): readonly string[] | null {
  if (!line.startsWith('{"event":"planned"')) return null
  const { pending } = JSON.parse(line) as { readonly pending: readonly { readonly name: string }[] }
  return pending.map(({ name }) => name)
}

async function runSteps(
  runs: PortalRuns,
  portal: Portal,
  { steps, format }: { readonly steps: readonly Step[]; readonly format: 'json' | 'text' },
): Promise<boolean> {
  for (const { args, accepted } of steps) {
    const run = await runs.run(portal, args)
    await printRun(run, format)
    if (!accepted.includes(run.exitCode)) return false
  }
  return true
}

interface Outcome {
  readonly done: readonly string[]
  readonly failed: string | null
  readonly left: readonly string[]
  readonly canary: string | null
}

function report({ done, failed, left, canary }: Outcome, format: 'json' | 'text'): void {
  if (format === 'json') {
    const json = visibleJson({ event: 'migrated_portals', done, failed, notBegun: left })
    process.stdout.write(`${json}\n`)
    return
  }
  const line = (word: string, names: readonly string[]) =>
    names.length === 0 ? [] : [`${word.padEnd(9)}  ${names.join(', ')}`]
  const canBeContinued = failed === null && left.length > 0
  const lines = [
    ...line('done', done),
    ...line('failed', failed === null ? [] : [failed]),
    ...line(canBeContinued ? 'not done' : 'not begun', left),
  ]
  const again = `hubgen migrate --portals all${canary === null ? '' : ` --canary ${canary}`}`
  const next =
    failed !== null
      ? `${again}, once the failure is fixed; it continues with the others`
      : canBeContinued
        ? `${again}, which continues with the others`
        : 'hubgen status --portals all'
  print(
    [
      '',
      ...lines,
      '',
      `${countOf(done.length, 'portal')} migrated.`,
      `next: ${styleText('bold', next)}`,
    ].join('\n'),
  )
}
