import { styleText } from 'node:util'
import { loadEnvironment } from '../../../runtime/environment.ts'
import { connectHubSpot } from '../../../runtime/hubspot/client/client.ts'
import { readHubSpotSettings } from '../../../runtime/hubspot/client/settings.ts'
import type { DailyLimit } from '../../../runtime/hubspot/limits/rate-limiter.ts'
import type { RateLimit } from '../../../runtime/hubspot/limits/rate-window.ts'
import { planSync, type SyncPlan, searchesPerSecond } from '../../../runtime/sync/plan-sync.ts'
import { openForSync } from '../../../runtime/terminal/open-for-terminal.ts'
import { print } from '../../../runtime/terminal/print.ts'
import { alignColumns } from '../../../runtime/words/align-columns.ts'
import { countOf, formatCount } from '../../../runtime/words/numbers-as-text.ts'
import type { Chosen } from '../../project/choose-entities.ts'
import { importEntity } from '../../project/import-entity.ts'

export interface PlanRequest {
  readonly directory: string
  readonly chosen: Chosen
  readonly format: 'json' | 'text'
  readonly options: Parameters<typeof planSync>[3]
  readonly maxCalls: number | undefined
  /** The command without `--plan`. */
  readonly command: string
}

/** Prints the estimated cost of `hubgen sync`, without reading a record or writing a row. */
export async function printSyncPlan(request: PlanRequest): Promise<void> {
  const { directory, chosen, format, options } = request
  const { limit } = chosen
  const entities = []
  for (const name of chosen.entities) entities.push(await importEntity(directory, name))
  await using database = await openForSync(format)
  const settings = readHubSpotSettings(loadEnvironment(process.cwd()), process.cwd())
  const hubspot = connectHubSpot(settings)
  const plans: SyncPlan[] = []
  const sharedPasses = new Set<string>()
  for (const entity of entities) {
    const wanted = { ...options, ...(limit !== undefined && { limit }) }
    const plan = await planSync(entity, hubspot, database, wanted, sharedPasses)
    plans.push(plan)
    if (format === 'text') print(`${describe(plan).join('\n')}\n`)
    else process.stdout.write(`${JSON.stringify({ event: 'planned', ...plan })}\n`)
  }
  const total: Total = {
    calls: plans.reduce((sum, { calls }) => sum + calls, 0),
    seconds: plans.reduce((sum, { seconds }) => sum + seconds, 0),
    limit: plainLimit(hubspot.limit),
    daily: hubspot.dailyLimit,
    planning: hubspot.calls,
  }
  if (format === 'json') {
    process.stdout.write(`${JSON.stringify({ event: 'planned_total', ...total })}\n`)
    return
  }
  print(describeTotal(total, request).join('\n'))
}

function plainLimit(limit: RateLimit | null): RateLimit | null {
  if (limit === null) return null
  const { permitted, intervalMs } = limit
  return { permitted, intervalMs }
}

interface Total {
  readonly calls: number
  readonly seconds: number
  readonly limit: RateLimit | null
  readonly daily: DailyLimit | null
  /** Calls that the estimate itself made. */
  readonly planning: number
}

function describe({ entity, table, mode, reason, records, passes, ...plan }: SyncPlan): string[] {
  const why = reason === null ? '' : ` (${reason})`
  const known = records === null ? '' : `, ${countOf(records, 'record')} in HubSpot`
  const cells = passes.flatMap(({ pass, goesOn, calls }) =>
    calls.map(({ calls, endpoint }, index) => [
      index === 0 ? pass : '',
      formatCount(calls),
      goesOn ? `${endpoint} (resumes; at most)` : endpoint,
    ]),
  )
  return [
    styleText('bold', `${entity} → ${table}: ${mode} run${why}${known}`),
    ...alignColumns(cells, (column) => column === 1).map((line) => `  ${line}`),
    `  ${countOf(plan.calls, 'call')}, ${duration(plan.seconds)}`,
  ]
}

function describeTotal(total: Total, { maxCalls, command }: PlanRequest): string[] {
  const { calls, seconds, limit, daily, planning } = total
  const pace =
    limit === null
      ? 'HubSpot reports no limit for this token: assuming 100 calls per 10 s'
      : `at this portal's ${formatCount(limit.permitted)} calls per ${limit.intervalMs / 1000} s`
  const lines = [
    `total: ${countOf(calls, 'call')}, ${duration(seconds)}`,
    `  ${pace} and ${searchesPerSecond} searches per second`,
  ]
  if (daily === null) lines.push('  HubSpot reports no daily limit for this token')
  else {
    const share = daily.remaining === 0 ? '' : `${percent(calls / daily.remaining)} of `
    lines.push(
      `  ${share}the ${formatCount(daily.remaining)} calls left today of ${formatCount(daily.permitted)}`,
    )
    if (calls > daily.remaining) {
      lines.push(
        '  more than the remaining calls: the run will stop at the limit and resume tomorrow',
      )
    }
  }
  if (maxCalls !== undefined && calls > maxCalls) {
    lines.push(
      `  more than --max-calls ${maxCalls}: the run will stop there, and the next one resumes`,
    )
  }
  lines.push(`  planning made ${countOf(planning, 'call')}, read no records and wrote nothing`)
  return [...lines, `next: ${styleText('bold', command)}`]
}

function percent(share: number): string {
  const value = share * 100
  return value < 0.1 ? 'less than 0.1 %' : `${value.toFixed(1)} %`
}

function duration(seconds: number): string {
  if (seconds < 1) return 'under a second'
  if (seconds < 60) return `about ${Math.ceil(seconds)} s`
  const minutes = Math.ceil(seconds / 60)
  return minutes < 60 ? `about ${minutes} min` : `about ${Math.ceil(minutes / 6) / 10} h`
}
