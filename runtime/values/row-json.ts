import type { Codec } from './codec.ts'

/*
 * A row is a UTF-8 JSON object without blanks: `{"i":"…","c0":"…",…,"u":"…","d":true}`. First comes `i`,
 * the record's id, then the non-null columns under the keys of the plan, then `u`, its updated_at, and `d`
 * if it is archived. All values except `d` are strings. All code that writes or reads rows uses this file:
 * `row.ts` writes rows from values and `scan-page.ts` from bytes; Postgres reads them as JSON and
 * `copy-text.ts` by bytes.
 */

/** The start of a row. */
export function startOfRow(id: string): string {
  return `{"i":${JSON.stringify(id)}`
}

/** The bytes before a column's text, including the opening quote. */
export function beforeText(key: string): string {
  return `,"${key}":"`
}

/** A column with its decoded value. */
export function memberOf(key: string, { output }: Codec, value: string | boolean): string {
  // Checking every text for characters to escape would cost more than the rest of the conversion.
  const isPlain = output === 'plain'
  return isPlain ? `${beforeText(key)}${value}"` : `,"${key}":${JSON.stringify(String(value))}`
}

/** The end of a row, after its columns. */
export function endOfRow(updatedAt: string, archived: boolean): string {
  return `,"u":${JSON.stringify(updatedAt)}${archived ? ',"d":true' : ''}}`
}

const opening = Buffer.from('[')
const separator = Buffer.from(',')
const closing = Buffer.from(']')

/** Rows as one JSON array. `pg` sends bytes unchanged, and json is identical in both wire formats. */
export function arrayOfRows(rows: readonly { readonly json: Buffer }[]): Buffer {
  const parts = rows.flatMap(({ json }, index) => [index === 0 ? opening : separator, json])
  return Buffer.concat([...(rows.length === 0 ? [opening] : parts), closing])
}

/** A byte sequence that every row with a non-null value in this column contains. */
export function bytesOfKey(key: string): Buffer {
  return Buffer.from(`"${key}":`)
}

/** Texts by key. */
export function readRow(json: Buffer): Readonly<Record<string, string | boolean>> {
  return JSON.parse(json.toString()) as Readonly<Record<string, string | boolean>>
}

const quote = 0x22
const digitZero = 0x30
const backslash = 0x5c
const letterD = 0x64
const letterI = 0x69
const letterU = 0x75
const closeObject = 0x7d

/** Indexes of the id and of the stamp; columns follow, by the number in their keys. */
const idPlace = 0
const stampPlace = 1
export const firstColumnPlace = 2

/**
 * Finds the positions of a row's texts without creating strings: parsing a row takes several times as long
 * and blocks the main thread.
 */
export class RowPlaces {
  /** Start and end of each text; an end of 0 if the row does not have it. */
  readonly starts: Int32Array
  readonly ends: Int32Array

  constructor(columns: number) {
    this.starts = new Int32Array(firstColumnPlace + columns)
    this.ends = new Int32Array(firstColumnPlace + columns)
  }

  /** True for the row of an archived record. */
  find(row: Buffer): boolean {
    this.ends.fill(0)
    // At the start of a member: `"c12":"value"`.
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
      this.starts[place] = at
      for (; row[at] !== quote; at += 1) if (row[at] === backslash) at += 1
      this.ends[place] = at
      at += 1
      if (row[at] === closeObject) return false
    }
  }
}
