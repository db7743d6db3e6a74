import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cwd } from 'node:process'
import { isQuiet } from '../../../runtime/alerts/alert-settings.ts'
import {
  type AlertContext,
  sendAlerts,
  sendToAll,
  type TargetResult,
} from '../../../runtime/alerts/send-alerts.ts'
import { loadEnvironment } from '../../../runtime/environment.ts'
import { formatError, HubgenError } from '../../../runtime/errors.ts'
import { machine } from '../../../runtime/machine.ts'
import { readStatus } from '../../../runtime/monitoring/read-status.ts'
import { describeVerdict } from '../../../runtime/monitoring/verdict/describe-verdict.ts'
import type { Database } from '../../../runtime/postgres/connection/database.ts'
import { printError } from '../../../runtime/terminal/print.ts'
import { readConfig } from '../../config/read-config.ts'
import { alertContext } from '../../project/alert-context.ts'
import { choosePresent, presentResources } from '../../project/choose-entities.ts'
import { resourcesOfAll } from '../../project/find-entity.ts'
import { readWatchedEntities } from '../../project/watched-entities.ts'

/**
 * Sends alerts if the verdict has changed. Call it at the end of every command that changes the copy. It never fails:
 * what did not work is printed as one notice.
 */
export async function alertAfterRun(directory: string, database: Database): Promise<void> {
  await quietly(async () => {
    const context = await readContext()
    if (context === null) return
    report(await alertNow(directory, database, context))
  })
}

/** The same without a database: reports once that it cannot be reached. */
export async function alertDatabaseAway(failure: unknown): Promise<void> {
  if (!isDatabaseAway(failure)) return
  await quietly(async () => {
    const context = await readContext()
    if (context === null || wasReported()) return
    const { quietHours } = context.settings
    if (quietHours !== undefined && isQuiet(quietHours, machine.now())) return
    const results = await sendToAll(
      {
        event: 'changed',
        tone: 'bad',
        headline: `Nothing can be synced: ${away.title}`,
        // The error itself names the host.
        causes: [{ ...away, entities: [] }],
        resolved: [],
      },
      context,
    )
    if (results.some((result) => result.failure === null)) rememberReport()
    report(failuresOf(results))
  })
}

/** Whether a failure means that no command can use the database. */
export function isDatabaseAway(failure: unknown): boolean {
  if (!(failure instanceof HubgenError)) return false
  return failure.kind === 'database_connection' && failure.ends === 'everything'
}

const away = {
  title: 'the database cannot be reached',
  sentence: 'neither the copy nor its state can be read',
  fix: 'start the database, or correct its address; `hubgen doctor` shows more',
}

/** Sends what is due now; returns the failures. Rejects as `readStatus` does. */
export async function alertNow(
  directory: string,
  database: Database,
  context: AlertContext,
): Promise<readonly HubgenError[]> {
  const config = await readConfig(cwd())
  const also = presentResources(directory, resourcesOfAll(config?.resources))
  const present = choosePresent(directory, config?.entities, 'alert', also)
  const { entities, timeZone } = await readWatchedEntities(directory, present.entities)
  const status = await readStatus(database, entities, { timeZone })
  const notices = await sendAlerts(database, status, context)
  if (!wasReported()) return notices
  const { tone, headline } = describeVerdict(status)
  const resolved = [{ title: away.title, entities: [] }]
  const results = await sendToAll(
    { event: 'recovered', tone, headline, causes: [], resolved },
    context,
  )
  if (results.some(({ failure }) => failure === null)) forgetReport()
  return [...notices, ...failuresOf(results)]
}

async function readContext(): Promise<AlertContext | null> {
  const config = await readConfig(cwd())
  return config?.alerts === undefined ? null : alertContext(config, loadEnvironment(cwd()))
}

/** Alerts must not change how a command ends. */
async function quietly(send: () => Promise<void>): Promise<void> {
  try {
    await send()
  } catch (error) {
    const why = error instanceof HubgenError ? error.message : 'an unexpected error'
    const fix = 'try `hubgen alert`, which shows the whole error'
    report([new HubgenError('ALERT_NOT_SENT', `alerts were not sent: ${why}`, { fix })])
  }
}

function failuresOf(results: readonly TargetResult[]): readonly HubgenError[] {
  return results.flatMap(({ failure }) => failure ?? [])
}

function report(failures: readonly HubgenError[]): void {
  for (const failure of failures) printError(formatError(failure).replace(/^error/, 'notice'))
}

/**
 * The database cannot keep that it is away, so a file of this machine does; where no file can be written, this process
 * remembers it.
 */
const reportFile = join('.hubgen', 'database-away')
let reported = false

function wasReported(): boolean {
  return reported || existsSync(join(cwd(), reportFile))
}

function rememberReport(): void {
  reported = true
  try {
    mkdirSync(join(cwd(), '.hubgen'), { recursive: true })
    writeFileSync(join(cwd(), reportFile), '')
  } catch {
    // The next process reports it again.
  }
}

function forgetReport(): void {
  reported = false
  rmSync(join(cwd(), reportFile), { force: true })
}
