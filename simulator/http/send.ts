import type { ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import type { Answer } from './answer.ts'

const compress = promisify(gzip)

/** Smaller answers fit into a packet without compression. */
const compressedFromBytes = 1_400

/** How much of the body is sent, and whether the connection survives. */
export type Delivery = 'whole' | 'half' | 'reset'

export interface Sending {
  readonly headers: Readonly<Record<string, string>>
  readonly gzips: boolean
  readonly delivery: Delivery
}

/**
 * Sends an answer. `half` truncates the body and sets Content-Length accordingly: complete HTTP, broken
 * JSON. `reset` announces the whole body and drops the connection midway.
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
