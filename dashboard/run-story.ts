import type { JournalLine } from '../runtime/monitoring/read-journal.ts'
import { type Mutable, noIds, type WrittenIds } from '../runtime/postgres/state/run-counts.ts'
import type { PassReport, Rejection, SyncReport } from '../runtime/sync/report.ts'

/** The parts, rejections and some records of a run, from its events. */
export interface RunStory {
  readonly passes: readonly PassReport[]
  /** The pass that had not ended; null if every one had. */
  readonly openPass: string | null
  readonly rejections: readonly Rejection[]
  /** Some of the records that it wrote. */
  readonly ids: WrittenIds
}

/** Events of another version of hubgen that cannot be understood are left out. */
export function tellStory(lines: readonly JournalLine[]): RunStory {
  let passes: PassReport[] = []
  let rejections: readonly Rejection[] = []
  let openPass: string | null = null
  const ids: Mutable<WrittenIds> = { ...noIds }
  for (const { type, body } of lines) {
    if (type === 'pass_started') openPass = textOf(body['pass'])
    if (type === 'pass_finished') {
      openPass = null
      if (isPassReport(body['report'])) passes.push(body['report'])
    }
    if (type === 'records_written') {
      for (const kind of ['inserted', 'updated', 'deleted'] as const)
        ids[kind] = textsOf(body[kind])
    }
    const { report } = body
    if (type === 'run_finished' && isRunReport(report)) {
      // Only the report of the run has passes that failed.
      passes = report.passes.filter(isPassReport)
      rejections = report.rejections
      openPass = null
    }
  }
  return { passes, openPass, rejections, ids }
}

function isRunReport(value: unknown): value is Pick<SyncReport, 'passes' | 'rejections'> {
  return isObject(value) && Array.isArray(value['passes']) && Array.isArray(value['rejections'])
}

function isPassReport(value: unknown): value is PassReport {
  return isObject(value) && typeof value['pass'] === 'string' && typeof value['read'] === 'number'
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}
