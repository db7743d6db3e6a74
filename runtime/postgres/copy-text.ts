import type { ConvertedRecord } from '../values/row.ts'

const tab = 0x09
const quote = 0x22
const digitZero = 0x30
const backslash = 0x5c
const letterD = 0x64
const letterI = 0x69
const letterU = 0x75
const closeObject = 0x7d

/** Ids and stamps come before the columns. */
const idPlace = 0
const stampPlace = 1
const firstColumnPlace = 2

/**
 * Rows as the text that COPY reads: id, updated_at, the columns in the order of their keys, portal_id, and the
 * three that hubgen sets by itself. Null is no text at all: no column holds "".
 *
 * It goes through the bytes of `ConvertedRecord.json` as `values` makes them: `{"i":"…","c0":"…",…,"u":"…",
 * "d":true}`, every value but the last a string. Parsing them would take several times as long, on the
 * thread that everything else waits for.
 */
export function copyText(
  batch: readonly ConvertedRecord[],
  columns: number,
  portalId: number,
): Buffer {
  const live = Buffer.from(`\t${portalId}\tf\tf\tnow\n`)
  const deleted = Buffer.from(`\t${portalId}\tt\tt\tnow\n`)
  const places = firstColumnPlace + columns
  const room = batch.reduce((sum, { json }) => sum + json.length + places + live.length, 0)
  const text = new CopyWriter(places, room)
  for (const { json } of batch) text.append(json, live, deleted)
  return text.written()
}

class CopyWriter {
  readonly #text: Buffer
  #at = 0
  /** Where the value of each place stands in a row; an end of 0 where there is none. */
  readonly #starts: Int32Array
  readonly #ends: Int32Array

  constructor(places: number, room: number) {
    this.#text = Buffer.allocUnsafe(room)
    this.#starts = new Int32Array(places)
    this.#ends = new Int32Array(places)
  }

  written(): Buffer {
    return this.#text.subarray(0, this.#at)
  }

  append(row: Buffer, live: Buffer, deleted: Buffer): void {
    const isDeleted = this.#find(row)
    const ends = this.#ends
    for (let place = 0; place < ends.length; place += 1) {
      if (place > 0) this.#put(tab)
      const end = ends[place] as number
      if (end > 0) this.#value(row, this.#starts[place] as number, end)
    }
    this.#at += (isDeleted ? deleted : live).copy(this.#text, this.#at)
  }

  /** Finds where the values of a row are; true when it is that of a deleted record. */
  #find(row: Buffer): boolean {
    this.#ends.fill(0)
    // In front of a member: `"c12":"value"`.
    for (let at = 1; ; at += 1) {
      const letter = row[at + 1]
      if (letter === letterD) return true
      let number = 0
      for (at += 2; row[at] !== quote; at += 1) {
        number = number * 10 + (row[at] as number) - digitZero
      }
      const place =
        letter === letterI ? idPlace : letter === letterU ? stampPlace : firstColumnPlace + number
      at += 3
      this.#starts[place] = at
      for (; row[at] !== quote; at += 1) if (row[at] === backslash) at += 1
      this.#ends[place] = at
      at += 1
      if (row[at] === closeObject) return false
    }
  }

  /** COPY escapes as JSON does, but for two forms. */
  #value(row: Buffer, start: number, end: number): void {
    for (let at = start; at < end; at += 1) {
      const byte = row[at] as number
      if (byte !== backslash) {
        this.#put(byte)
        continue
      }
      at += 1
      const escaped = row[at] as number
      if (escaped === quote) this.#put(quote)
      else if (escaped === letterU) {
        // `JSON.stringify` writes control characters so that have no letter of their own.
        this.#put(Number.parseInt(row.toString('latin1', at + 1, at + 5), 16))
        at += 4
      } else {
        this.#put(backslash)
        this.#put(escaped)
      }
    }
  }

  #put(byte: number): void {
    this.#text[this.#at] = byte
    this.#at += 1
  }
}
