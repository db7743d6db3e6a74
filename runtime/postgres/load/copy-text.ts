import type { ConvertedRecord } from '../../values/row.ts'
import { firstColumnPlace, RowPlaces } from '../../values/row-json.ts'

const tab = 0x09
const quote = 0x22
const backslash = 0x5c
const letterU = 0x75

/** Reused between batches: allocating megabytes per second outside V8's heap would create garbage. */
let spare: Buffer | null = null

/** Lends the text of the rows until `use` settles; callers must not keep it. */
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

/** An upper bound: the JSON also contains the keys. */
function roomFor(batch: readonly ConvertedRecord[], columns: number, portalId: number): number {
  const around = firstColumnPlace + columns + tailOf(portalId, 'f').length
  return batch.reduce((sum, { json }) => sum + json.length + around, 0)
}

/** The part of a line after the columns. */
function tailOf(portalId: number, deleted: 't' | 'f'): Buffer {
  return Buffer.from(`\t${portalId}\t${deleted}\t${deleted}\tnow\n`)
}

/**
 * Formats rows as the text that COPY reads: id, updated_at, the columns in key order, portal_id, and the
 * three columns that hubgen sets. Null is the empty string, because no column holds "".
 */
function copyText(
  room: Buffer,
  batch: readonly ConvertedRecord[],
  columns: number,
  portalId: number,
): Buffer {
  const live = tailOf(portalId, 'f')
  const deleted = tailOf(portalId, 't')
  const text = new CopyWriter(new RowPlaces(columns), room)
  for (const { json } of batch) text.append(json, live, deleted)
  return text.written()
}

class CopyWriter {
  readonly #text: Buffer
  #at = 0
  readonly #places: RowPlaces

  constructor(places: RowPlaces, room: Buffer) {
    this.#text = room
    this.#places = places
  }

  written(): Buffer {
    return this.#text.subarray(0, this.#at)
  }

  append(row: Buffer, live: Buffer, deleted: Buffer): void {
    const isDeleted = this.#places.find(row)
    const { starts, ends } = this.#places
    for (let place = 0; place < ends.length; place += 1) {
      if (place > 0) this.#put(tab)
      const end = ends[place] as number
      if (end > 0) this.#value(row, starts[place] as number, end)
    }
    this.#at += (isDeleted ? deleted : live).copy(this.#text, this.#at)
  }

  /** COPY escapes like JSON, with two exceptions. */
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
        // `JSON.stringify` writes control characters without a short escape in this form.
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
