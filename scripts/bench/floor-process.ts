/**
 * The minimum work of any sync in one process, started by the benchmark `floor`: fetches and parses every
 * page and, at the same time, loads the same rows, prepared earlier, into the same table by binary COPY.
 */
import { copyFromFile } from './copy-rows.ts'
import type { FloorFacts, FloorInput } from './floor.ts'

const input = JSON.parse(process.argv[2] ?? '{}') as FloorInput
const { url, token, cursors, readers, query, databaseUrl, table, file } = input

const start = performance.now()
const waiting = [...cursors]
let records = 0
await Promise.all([
  copyFromFile(databaseUrl, table, file),
  ...Array.from({ length: readers }, readPages),
])
const seconds = (performance.now() - start) / 1000
const { userCPUTime, systemCPUTime } = process.resourceUsage()
process.send?.({
  records,
  seconds,
  cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
} satisfies FloorFacts)
process.disconnect()

async function readPages(): Promise<void> {
  for (let after = waiting.shift(); after !== undefined; after = waiting.shift()) {
    const answer = await fetch(`${url}/crm/objects/2026-09/0-1?${query}&after=${after}`, {
      headers: { Authorization: `Bearer ${token}` },
    })
    const { results } = JSON.parse(await answer.text()) as { results: readonly unknown[] }
    records += results.length
  }
}
