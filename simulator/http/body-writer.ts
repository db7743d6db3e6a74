/** Printable ASCII that needs no escaping in a JSON string. */
const plainText = /^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/

/** Grows with the largest answer and is reused; bodies are built one at a time, without `await`. */
let scratch = Buffer.allocUnsafe(1_048_576)

/**
 * Collects a JSON body as bytes. Text is buffered while it is ASCII, which V8 stores with one byte per
 * character; a single emoji would make a page of a megabyte twice as large and three times as slow.
 */
export class BodyWriter {
  #text = ''
  #bytes = 0

  /** Appends JSON that is known to be ASCII. */
  ascii(json: string): void {
    this.#text += json
  }

  /** Appends any JSON. */
  json(json: string): void {
    this.#flush()
    const most = json.length * 3
    this.#bytes += this.#room(most).write(json, this.#bytes, 'utf8')
  }

  /** Appends `key`, which must be ASCII, and a value as a JSON string. */
  member(key: string, value: string): void {
    if (plainText.test(value)) this.#text += `${key}"${value}"`
    else this.json(key + JSON.stringify(value))
  }

  /** Appends JSON bytes. */
  bytes(json: Buffer): void {
    this.#flush()
    this.#bytes += json.copy(this.#room(json.length), this.#bytes)
  }

  /** Number of bytes written. */
  position(): number {
    this.#flush()
    return this.#bytes
  }

  /** The bytes written since a position; valid until the next write. */
  since(position: number): Buffer {
    this.#flush()
    return scratch.subarray(position, this.#bytes)
  }

  /** A copy of everything written. */
  finish(): Buffer {
    this.#flush()
    return Buffer.from(scratch.subarray(0, this.#bytes))
  }

  #flush(): void {
    this.#bytes += this.#room(this.#text.length).write(this.#text, this.#bytes, 'latin1')
    this.#text = ''
  }

  #room(bytes: number): Buffer {
    const needed = this.#bytes + bytes
    if (needed > scratch.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, scratch.length * 2))
      scratch.copy(larger, 0, 0, this.#bytes)
      scratch = larger
    }
    return scratch
  }
}
