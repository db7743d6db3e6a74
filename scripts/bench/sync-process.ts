/** One run of a generated entity in its own process, started by `runSync`. */
import { pathToFileURL } from 'node:url'
import { type Entity, type SyncEvent, syncEntity } from 'hubgen/runtime'
import { keepHeapSmall } from '../../runtime/terminal/keep-heap-small.ts'
import type { SyncFacts, SyncInput, SyncMessage } from './run-sync.ts'

const { modulePath, full } = JSON.parse(process.argv[2] ?? '{}') as SyncInput
const { contacts } = (await import(pathToFileURL(modulePath).href)) as { contacts: Entity }

// As `hubgen sync` does.
keepHeapSmall()
let rateLimited = 0
const onEvent = (event: SyncEvent): void => {
  if (event.type === 'retry' && event.status === 429) rateLimited += 1
  if (event.type === 'pass_finished' && event.report.pass === 'records') {
    process.send?.({ allRead: true } satisfies SyncMessage)
  }
}
const report = await syncEntity(contacts, { onEvent, full })
if (report.outcome !== 'succeeded') throw report.error ?? new Error(report.outcome)
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
process.send?.({
  report: { ...report, error: null },
  rateLimited,
  cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
  peakRssBytes: maxRSS * 1024,
} satisfies SyncFacts)
process.disconnect()
