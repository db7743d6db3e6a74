import { HTTPException } from 'hono/http-exception'
import { streamSSE } from 'hono/streaming'
import { machine } from '../runtime/machine.ts'
import { addBasePath, publicPathOf } from './base-path.ts'
import { type LiveHub, parseCursor } from './live-hub.ts'
import type { Html } from './words.ts'

/** Proxies and browsers close a stream that is silent for longer. */
const heartbeatMs = 15_000

interface StreamOptions {
  readonly hub: LiveHub
  readonly basePath: string
  /** The banner while the data of the pages cannot be read. */
  readonly renderTrouble: () => Html
}

/**
 * Streams regions as they change and lines after the cursor; the browser reconnects with the last line's
 * id.
 */
export function streamUpdates(
  context: Parameters<typeof streamSSE>[0],
  topic: string,
  { hub, basePath, renderTrouble }: StreamOptions,
) {
  const { req } = context
  if (hub.isFull) {
    throw new HTTPException(503, { message: 'Too many pages are open; this one is not updated.' })
  }
  const cursor =
    parseCursor(req.header('last-event-id')) ?? parseCursor(req.query('after')) ?? '0.0'
  const path = publicPathOf(context, basePath)
  context.header('Cache-Control', 'no-store')
  context.header('X-Accel-Buffering', 'no')
  return streamSSE(context, async (events) => {
    const ended = Promise.withResolvers<void>()
    const close = hub.open(topic, cursor, {
      async send({ regions, lines }) {
        if (events.aborted || events.closed) throw new Error('the page is gone')
        if (Object.keys(regions).length > 0) {
          const data = JSON.stringify(
            Object.fromEntries(
              Object.entries(regions).map(([id, html]) => [id, addBasePath(html, path)]),
            ),
          )
          await events.writeSSE({ event: 'region', data })
        }
        const last = lines.at(-1)
        if (last === undefined) return
        const data = JSON.stringify(lines.map(({ html }) => addBasePath(html, path)))
        await events.writeSSE({ event: 'lines', data, id: last.cursor })
      },
      report: (state) => {
        const banner = state === 'trouble' ? renderTrouble() : ''
        Promise.resolve(banner)
          .then((html) => events.writeSSE({ event: state, data: JSON.stringify(String(html)) }))
          .catch(ended.resolve)
      },
    })
    const heartbeat = machine.every(heartbeatMs, () => {
      events.write(': still here\n\n').catch(ended.resolve)
    })
    events.onAbort(ended.resolve)
    const withdraw = hub.onClose(ended.resolve)
    await ended.promise
    withdraw()
    clearInterval(heartbeat)
    close()
  })
}
