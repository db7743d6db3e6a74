import type { ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import type { Answer } from './answer.ts'

const compress = promisify(gzip)

/** Below this a packet holds the answer anyway. */
const compressedFromBytes = 1_400

/** How much of the body reaches the client, and whether the connection outlives it. */
export type Delivery = 'whole' | 'half' | 'reset'

export interface Sending {
  readonly headers: Readonly<Record<string, string>>
  readonly gzips: boolean
  readonly delivery: Delivery
}

/**
 * Sends an answer. `half` cuts the body and says so in Content-Length: complete HTTP, broken JSON.
 * `reset` promises all of it and drops the connection midway.
 */
export async function send(
  response: ServerResponse,
  answer: Answer,
  { headers, gzips, delivery }: Sending,
): Promise<void> {
  const whole = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body
  const plain = delivery === 'half' ? whole.subarray(0, whole.length / 2) : whole
  const gzipped = gzips && plain.length >= compressedFromBytes
  const body = gzipped ? await compress(plain, { level: constants.Z_BEST_SPEED }) : plain
  response.writeHead(answer.status, {
    ...headers,
    ...answer.headers,
    ...(answer.contentType === undefined ? {} : { 'Content-Type': answer.contentType }),
    ...(gzipped ? { 'Content-Encoding': 'gzip' } : {}),
    ...(answer.status === 204 ? {} : { 'Content-Length': String(body.length) }),
  })
  if (delivery !== 'reset') {
    response.end(body)
    return
  }
  response.write(body.subarray(0, body.length / 2), () => response.socket?.resetAndDestroy())
}
