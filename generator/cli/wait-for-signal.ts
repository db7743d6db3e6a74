import { once } from 'node:events'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** Resolves at Ctrl-C, at `kill`, and when the terminal closes. Listens from the call on. */
export async function waitForSignal(): Promise<void> {
  const listening = new AbortController()
  const { signal } = listening
  await Promise.race(signals.map((name) => once(process, name, { signal })))
  listening.abort()
}
