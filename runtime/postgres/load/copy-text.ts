import type { ConvertedRecord } from '../../values/row.ts'

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

/** Megabytes a second, which would be garbage outside of V8's heap: the room of the last batch is the next one's. */
let spare: Buffer | null = null

/** Lends the text of the rows until `use` has settled; nothing may keep it. */
export async function withCopyText<T>(
  batch: readonly ConvertedRecord[],
  columns: number,
  portalId: number,
  use: (text: Buffer) => Promise<T>,
): Promise<T> {
  const needed = roomFor(batch, columns, portalId)
  const room = spare !== null && spare.length >= needed ? spare : Buffer.allocUnsafeSlow(needed)
  spare = null
  try {
    return await use(copyText(room, batch, columns, portalId))
  } finally {
    spare = room
  }
}

/** More than the text takes: JSON has the keys besides. */
function roomFor(batch: readonly ConvertedRecord[], columns: number, portalId: number): number {
  const around = firstColumnPlace + columns + tailOf(portalId, 'f').length
  return batch.reduce((sum, { json }) => sum + json.length + around, 0)
}

/** What stands behind the columns. */
function tailOf(portalId: number, deleted: 't' | 'f'): Buffer {
  return Buffer.from(`\t${portalId}\t${deleted}\t${deleted}\tnow\n`)
}

/**
 * Rows as the text that COPY reads: id, updated_at, the columns in the order of their keys, portal_id, and the
 * three that hubgen sets by itself. Null is no text at all: no column holds "".
 *
 * It goes through the bytes of `ConvertedRecord.json` as `values` makes them: `{"i":"…","c0":"…",…,"u":"…",
 * "d":true}`, every value but the last a string. Parsing them would take several times as long, on the
 * thread that everything else waits for.
 */
function copyText(
  room: Buffer,
  batch: readonly ConvertedRecord[],
  columns: number,
  portalId: number,
): Buffer {
  const live = tailOf(portalId, 'f')
  const deleted = tailOf(portalId, 't')
  const text = new CopyWriter(firstColumnPlace + columns, room)
  for (const { json } of batch) text.append(json, live, deleted)
  return text.written()
}

class CopyWriter {
  readonly #text: Buffer
  #at = 0
  /** Where the value of each place stands in a row; an end of 0 where there is none. */
  readonly #starts: Int32Array
  readonly #ends: Int32Array

  constructor(places: number, room: Buffer) {
    this.#text = room
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
