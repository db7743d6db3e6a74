import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SyncReport } from '../../runtime/sync/report.ts'
import { startChild } from './child.ts'
import type { ContactsModule } from './contacts-module.ts'
import type { Portal } from './portal.ts'
import type { BenchDatabase } from './postgres.ts'

export interface SyncInput {
  /** Of a generated `entity.ts`. */
  readonly modulePath: string
  /** Reads every record, whatever was read before. */
  readonly full: boolean
}

/** The result and the cost of one run. */
export interface SyncFacts {
  readonly report: SyncReport
  /** Calls that were answered with 429. */
  readonly rateLimited: number
  /** Of the whole process, including its start. */
  readonly cpuSeconds: number
  readonly peakRssBytes: number
}

/** The messages of the process before it ends. */
export type SyncMessage = { readonly allRead: true } | SyncFacts

export interface RunOptions {
  /** Reads every record, whatever was read before. */
  readonly full?: boolean
  /** Called when every record was read; links and the other parts of a sync follow. */
  readonly onAllRead?: () => void
}

/** Syncs the generated entity in its own process until it ends. */
export async function runSync(
  module: ContactsModule,
  portal: Portal,
  database: BenchDatabase,
  { full = false, onAllRead }: RunOptions = {},
): Promise<SyncFacts> {
  const directory = mkdtempSync(join(tmpdir(), 'hubgen-bench-run-'))
  try {
    await using child = startChild('sync-process.ts', {
      input: { modulePath: module.path, full } satisfies SyncInput,
      runtime: 'built',
      environment: { ...portal.environment, DATABASE_URL: database.url },
      directory,
    })
    for (;;) {
      const message = await child.answer<SyncMessage>()
      if (!('allRead' in message)) return message
      onAllRead?.()
    }
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/**
 * Of the pass that reads every record; the other passes of a full sync take little time and read no records.
 */
export function recordsPerSecond({ report }: SyncFacts): number {
  const scan = report.passes.find(({ pass }) => pass === 'records')
  return scan === undefined ? Number.NaN : scan.read / scan.seconds
}
