import type { IncomingMessage } from 'node:http'
import { Refusal } from './refusal.ts'

const mostBytes = 10_000_000

/** The body as text. Refuses bodies larger than any client needs. */
export async function readBody(request: IncomingMessage): Promise<string> {
  if (request.method === 'GET' || request.method === 'DELETE') return ''
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of request) {
    bytes += part.length
    if (bytes > mostBytes) throw new Refusal(413, { message: 'Request entity too large' })
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}
