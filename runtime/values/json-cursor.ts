/** Thrown for unexpected input or its end; the caller then parses with JSON.parse. */
export const unusual = new Error('not the compact JSON that HubSpot usually sends')

export const quote = 0x22
export const colon = 0x3a
export const openList = 0x5b
export const closeList = 0x5d
export const openObject = 0x7b
export const closeObject = 0x7d
const comma = 0x2c
const backslash = 0x5c
const letterL = 0x6c
const letterN = 0x6e
const letterU = 0x75
const firstPrintable = 0x20
const lastPrintable = 0x7e

/**
 * Reads the bytes of compact JSON (no blanks between tokens), token by token. Every method expects the
 * cursor before the token it is named after and leaves it after the token; all throw `unusual` or a
 * SyntaxError for anything else.
 */
export class JsonCursor {
  protected readonly body: Buffer
  protected at = 0

  constructor(body: Buffer) {
    this.body = body
  }

  /** Whether these bytes come next; if so, moves past them. */
  protected matches(bytes: Buffer): boolean {
    const body = this.body
    const at = this.at
    for (let index = 0; index < bytes.length; index += 1) {
      if (body[at + index] !== bytes[index]) return false
    }
    this.at = at + bytes.length
    return true
  }

  /** Reads an object; calls `read` before the value of each member. */
  protected members(read: (name: string) => void): void {
    this.expect(openObject)
    if (this.body[this.at] === closeObject) {
      this.at += 1
      return
    }
    do {
      const name = this.plainString()
      this.expect(colon)
      read(name)
    } while (this.goesOn(closeObject))
  }

  /** Called after a value: true if another one follows. */
  protected goesOn(close: number): boolean {
    const byte = this.body[this.at]
    this.at += 1
    if (byte === comma) return true
    if (byte === close) return false
    throw unusual
  }

  protected expect(byte: number): void {
    if (this.body[this.at] !== byte) throw unusual
    this.at += 1
  }

  protected expectNull(): void {
    const body = this.body
    const at = this.at
    const isNull =
      body[at] === letterN &&
      body[at + 1] === letterU &&
      body[at + 2] === letterL &&
      body[at + 3] === letterL
    if (!isNull) throw unusual
    this.at = at + 4
  }

  /** A string of printable ASCII without escapes. */
  protected plainString(): string {
    const start = this.at
    const end = this.endOfPlainString(start)
    if (end === null) throw unusual
    this.at = end
    return this.body.toString('latin1', start + 1, end - 1)
  }

  protected string(): string {
    const start = this.at
    this.at = this.#endOfString(start)
    return JSON.parse(this.body.toString('utf8', start, this.at)) as string
  }

  protected value(): unknown {
    const start = this.at
    this.skipValue()
    return JSON.parse(this.body.toString('utf8', start, this.at))
  }

  protected skipValue(): void {
    this.at = this.#endOfValue(this.at)
  }

  #endOfValue(start: number): number {
    const body = this.body
    let depth = 0
    for (let at = start; at < body.length; ) {
      const byte = body[at]
      if (byte === quote) at = this.#endOfString(at)
      else if (byte === openObject || byte === openList) {
        depth += 1
        at += 1
      } else if (byte === closeObject || byte === closeList) {
        if (depth === 0) return at
        depth -= 1
        at += 1
      } else if (byte === comma && depth === 0) return at
      else at += 1
      if (depth === 0 && (byte === quote || byte === closeObject || byte === closeList)) return at
    }
    throw unusual
  }

  /** Null if the string has escapes or non-ASCII characters, or no end. */
  protected endOfPlainString(start: number): number | null {
    const body = this.body
    if (body[start] !== quote) throw unusual
    for (let at = start + 1; ; at += 1) {
      const byte = body[at] ?? 0
      if (byte === quote) return at + 1
      if (byte < firstPrintable || byte > lastPrintable || byte === backslash) return null
    }
  }

  #endOfString(start: number): number {
    for (let from = start + 1; ; ) {
      const end = this.body.indexOf(quote, from)
      if (end < 0) throw unusual
      let escapes = 0
      while (this.body[end - 1 - escapes] === backslash) escapes += 1
      if (escapes % 2 === 0) return end + 1
      from = end + 1
    }
  }
}
