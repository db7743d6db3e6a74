/** One run of a resource in its own process, started by `resources.ts`. */
import { type Entity, type SyncReport, syncEntity } from 'hubgen/runtime'
import { keepHeapSmall } from '../../runtime/terminal/keep-heap-small.ts'

export interface ResourceFacts {
  readonly report: SyncReport
  readonly peakRssBytes: number
}

// As `hubgen sync` does.
keepHeapSmall()
const { entity } = JSON.parse(process.argv[2] ?? '{}') as { readonly entity: Entity }
const report = await syncEntity(entity)
if (report.outcome !== 'succeeded') throw report.error ?? new Error(report.outcome)
const peakRssBytes = process.resourceUsage().maxRSS * 1024
process.send?.({ report: { ...report, error: null }, peakRssBytes } satisfies ResourceFacts)
process.disconnect()
