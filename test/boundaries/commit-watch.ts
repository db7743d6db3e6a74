import type { LineWatch, Passage } from './line.ts'

/** Before Postgres receives the COMMIT, and after it has committed but before the client knows. */
export type CommitEdge = 'before' | 'after'

/**
 * Reads Postgres's protocol on one connection and calls back before and after everything that may change the
 * database: COMMIT, and statements outside a transaction other than plain SELECT.
 */
export function watchCommits(atEdge: (edge: CommitEdge) => Passage): LineWatch {
  const requests = new MessageReader('request')
  const answers = new MessageReader('answer')
  let isIdle = true
  let isAwaited = false
  let parsed = ''
  return {
    fromClient(chunk) {
      let passage: Passage = 'pass'
      for (const { type, body } of requests.read(chunk)) {
        if (type === 'P') parsed = textAfterName(body)
        if (type !== 'Q' && type !== 'S') continue
        const sql = type === 'Q' ? textOf(body) : parsed
        if (!/^\s*commit\b/i.test(sql) && !(isIdle && changes(sql))) continue
        passage = atEdge('before')
        if (passage === 'pass') isAwaited = true
      }
      return passage
    },
    fromServer(chunk) {
      let passage: Passage = 'pass'
      for (const { type, body } of answers.read(chunk)) {
        if (type !== 'Z') continue
        isIdle = String.fromCharCode(body[0] ?? 0) === 'I'
        if (!isAwaited) continue
        isAwaited = false
        passage = atEdge('after')
      }
      return passage
    },
  }
}

const changesNothing =
  /^\s*(select|begin|start transaction|rollback|set|show|deallocate|discard)\b/i

function changes(sql: string): boolean {
  return sql.trim() !== '' && !changesNothing.test(sql)
}

interface Message {
  readonly type: string
  readonly body: Buffer
}

/** Splits a stream into messages. The first request, which starts the connection, has no type. */
class MessageReader {
  #rest: Buffer = Buffer.alloc(0)
  #isStarting: boolean

  constructor(side: 'request' | 'answer') {
    this.#isStarting = side === 'request'
  }

  *read(chunk: Buffer): Generator<Message> {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    for (;;) {
      const header = this.#isStarting ? 0 : 1
      if (this.#rest.length < header + 4) return
      const end = header + this.#rest.readInt32BE(header)
      if (this.#rest.length < end) return
      const type = this.#isStarting ? '' : String.fromCharCode(this.#rest[0] ?? 0)
      const body = this.#rest.subarray(header + 4, end)
      this.#rest = this.#rest.subarray(end)
      this.#isStarting = false
      yield { type, body }
    }
  }
}

function textOf(body: Buffer): string {
  return body.toString('utf8', 0, Math.min(body.indexOf(0), 200))
}

/** Skips the name of the statement, which ends with a zero byte. */
function textAfterName(body: Buffer): string {
  return textOf(body.subarray(body.indexOf(0) + 1))
}
