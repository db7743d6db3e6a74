/**
 * `hubgen sync <entities…> --every 15m` with a controlled clock, for tests: each SIGUSR2 ends a wait. At its
 * end it prints its number of signal listeners.
 */
import { syncEvery } from '../../generator/cli/sync/sync-every.ts'
import type { Clock } from '../../runtime/hubspot/limits/clock.ts'

const [maxCalls = '', ...names] = process.argv.slice(2)

let nowMs = Date.parse('2026-11-25T08:00:00Z')
let wake = () => {}
process.on('SIGUSR2', () => wake())

const clock: Clock = {
  now: () => nowMs,
  sleep: (durationMs, signal) =>
    new Promise((resolve, reject) => {
      const keepsAlive = setInterval(() => {}, 60_000)
      const stop = () => {
        clearInterval(keepsAlive)
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', stop, { once: true })
      wake = () => {
        clearInterval(keepsAlive)
        signal?.removeEventListener('abort', stop)
        nowMs += durationMs
        resolve()
      }
    }),
}

const exitCode = await syncEvery(
  {
    directory: 'generated',
    names,
    asked: 'named',
    options: { logLevel: 'info' },
    format: 'text',
    detail: 'outcome',
    maxCalls: maxCalls === '' ? undefined : Number(maxCalls),
    sliceMs: undefined,
    configured: () => ({}),
  },
  15 * 60_000,
  { clock, random: () => 0.5 },
)
process.stdout.write(`${process.listenerCount('SIGINT')} listeners\n`)
process.exit(exitCode)
