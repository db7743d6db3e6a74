/**
 * Open event streams, as of pages in browsers on other machines, started by `benchTabs`: counts their data
 * and discards it. Ends with the process that started it.
 */
import { Agent, get, type IncomingMessage } from 'node:http'
import type { TabsFacts, TabsInput } from './tabs.ts'

const { url, tabs } = JSON.parse(process.argv[2] ?? '{}') as TabsInput
const endOfEvent = Buffer.from('\n\n')
const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY })
let events = 0
let bytes = 0

const streams = await Promise.all(Array.from({ length: tabs }, open))
process.once('disconnect', () => process.exit())
process.once('message', () => {
  for (const stream of streams) stream.destroy()
  process.send?.({ events, bytes } satisfies TabsFacts)
})
process.send?.({ open: true })

function open(): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent }, (stream) => {
      stream.on('data', (part: Buffer) => {
        bytes += part.length
        for (let at = part.indexOf(endOfEvent); at >= 0; at = part.indexOf(endOfEvent, at + 2)) {
          events += 1
        }
      })
      stream.on('error', () => {})
      if (stream.statusCode === 200) resolve(stream)
      else reject(new Error(`the dashboard answered ${stream.statusCode}`))
    })
    request.on('error', reject)
  })
}
