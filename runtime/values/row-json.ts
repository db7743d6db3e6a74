import type { Codec } from './codec.ts'

/*
 * A row is a JSON object in UTF-8 without blanks: `{"i":"…","c0":"…",…,"u":"…","d":true}`. First comes `i`, the
 * record's id, then the columns that are not null, under the keys of the plan, then `u`, its updated_at, and `d`
 * where it is archived. Every value but that of `d` is a string. Whoever writes or reads one does it through
 * this file: `row.ts` writes it from values and `scan-page.ts` from bytes, Postgres reads it as JSON and
 * `copy-text.ts` by its bytes.
 */

/** What a row begins with. */
export function startOfRow(id: string): string {
  return `{"i":${JSON.stringify(id)}`
}

/** What stands before the text of a column, its quote included. */
export function beforeText(key: string): string {
  return `,"${key}":"`
}

/** A column with what its codec gave. */
export function memberOf(key: string, { output }: Codec, value: string | boolean): string {
  // Asking every text whether it must be escaped costs more than the rest of the conversion.
  const isPlain = output === 'plain'
  return isPlain ? `${beforeText(key)}${value}"` : `,"${key}":${JSON.stringify(String(value))}`
}

/** What a row ends with, behind its columns. */
export function endOfRow(updatedAt: string, archived: boolean): string {
  return `,"u":${JSON.stringify(updatedAt)}${archived ? ',"d":true' : ''}}`
}

const opening = Buffer.from('[')
const separator = Buffer.from(',')
const closing = Buffer.from(']')

/** Rows as one JSON array. `pg` sends bytes as they are, and json is the same in both formats. */
export function arrayOfRows(rows: readonly { readonly json: Buffer }[]): Buffer {
  const parts = rows.flatMap(({ json }, index) => [index === 0 ? opening : separator, json])
  return Buffer.concat([...(rows.length === 0 ? [opening] : parts), closing])
}

/** What every row has that this column is not null in. */
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

/** Places of the id and of the stamp; columns follow by the number in their keys. */
const idPlace = 0
const stampPlace = 1
export const firstColumnPlace = 2

/**
 * Finds where the texts of a row stand, without making strings of them: parsing a row takes several times as
 * long, on the thread that everything else waits for.
 */
export class RowPlaces {
  /** Of the text of each place; an end of 0 where the row has none. */
  readonly starts: Int32Array
  readonly ends: Int32Array

  constructor(columns: number) {
    this.starts = new Int32Array(firstColumnPlace + columns)
    this.ends = new Int32Array(firstColumnPlace + columns)
  }

  /** True when the row is that of an archived record. */
  find(row: Buffer): boolean {
    this.ends.fill(0)
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
      this.starts[place] = at
      for (; row[at] !== quote; at += 1) if (row[at] === backslash) at += 1
      this.ends[place] = at
      at += 1
      if (row[at] === closeObject) return false
    }
  }
}
