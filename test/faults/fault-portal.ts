import { formatError } from '../../runtime/errors.ts'
import { describeEvent } from '../../runtime/sync/describe-event.ts'
import type { SyncReport } from '../../runtime/sync/report.ts'
import { renderDetails, renderLine } from '../../runtime/terminal/summary.ts'
import { openTerminal } from '../../runtime/terminal/terminal.ts'
import type { Fault } from '../../simulator/fault.ts'
import { fewColumns, openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'

const view = { format: 'text', detail: 'everything' } as const
/** Four pages, and four batches of 100 rows. */
const records = 350
export const typeId = '0-5'

export interface FaultPortal extends AsyncDisposable {
  readonly portal: SyncPortal
  /**
   * A run with this fault, and the text of its terminal and log; `change` changes the portal before the run,
   * with the fault in place.
   */
  syncWith(fault: Fault | null, change?: () => void): Promise<SeenRun>
  /** Resets the state to that before the first sync. */
  forget(): Promise<void>
  /** Live rows by id, and their subjects. */
  rows(): Promise<Record<string, string | null>>
  /** The expected ones from the portal. */
  expectedRows(): Record<string, string | null>
  lastRun(): Promise<Record<string, unknown> | undefined>
  quarantine(): Promise<readonly object[]>
}

interface SeenRun {
  readonly report: SyncReport
  /** Standard output and error, in order. */
  readonly screen: string
  readonly log: string
  /** Number of times that the fault occurred; null without a fault. */
  readonly struck: number | null
}

export async function openFaultPortal(): Promise<FaultPortal> {
  const portal = await openSyncPortal(
    'tickets',
    {
      records: { tickets: records },
      compression: 'gzip',
    },
    fewColumns,
  )
  const { simulator, database } = portal
  return {
    portal,
    async syncWith(fault, change) {
      simulator.faults.clear()
      if (fault !== null) simulator.faults.add(fault)
      change?.()
      let screen = ''
      const terminal = openTerminal({ write: (text) => (screen += text) }, view, {})
      const patience = fault?.kind === 'hang' ? { requestTimeoutMs: 500 } : {}
      const report = await portal.sync({
        batchRows: 100,
        readers: 1,
        connect: { ...portal.connect, ...patience },
        onEvent: terminal.show,
      })
      screen += `${renderLine(report)}\n${renderDetails(report)}\n`
      if (report.error !== null) screen += `${formatError(report.error)}\n`
      const log = portal.events.map((event) => describeEvent(event)).join('\n')
      const struck = simulator.faults.list()[0]?.fired ?? null
      simulator.faults.clear()
      return { report, screen, log, struck }
    },
    async forget() {
      await database.query('TRUNCATE hubspot.ticket, hubgen.run, hubgen.quarantine CASCADE')
    },
    async rows() {
      const rows = await database.query<{ id: string; property_subject: string | null }>(
        'SELECT id, property_subject FROM hubspot.ticket WHERE NOT is_deleted ORDER BY id',
      )
      return Object.fromEntries(rows.map(({ id, property_subject }) => [id, property_subject]))
    },
    expectedRows() {
      const live = [...simulator.store.scan(typeId, 0n, { archived: false })]
      return Object.fromEntries(live.map((record) => [record.id, record.value('subject') ?? null]))
    },
    async lastRun() {
      return (await database.query('SELECT * FROM hubgen.run ORDER BY id DESC LIMIT 1'))[0]
    },
    quarantine: () =>
      database.query(
        'SELECT record_id, property, raw_value, reason FROM hubgen.quarantine ORDER BY 1, 2',
      ),
    [Symbol.asyncDispose]: () => portal[Symbol.asyncDispose](),
  }
}
