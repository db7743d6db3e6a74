import type { ColumnType } from '../../generator/model/analysis.ts'

/** The value of a column as canonical text: null if empty, `rejected` if the value does not fit. */
export type Expected = string | null | { readonly rejected: true }

const rejected = { rejected: true } as const

/**
 * The expected value of a column of this type: a second, slower conversion of HubSpot's values, independent
 * of the runtime's, for values that the simulator sends.
 */
export function expectedValue(type: ColumnType, raw: string | undefined): Expected {
  if (raw === undefined || raw === '') return null
  switch (type) {
    case 'text':
      return storable(raw)
    case 'boolean':
      return expectedBoolean(raw)
    case 'numeric':
      return plainDecimal(raw) ?? rejected
    case 'bigint':
      return expectedInteger(raw)
    case 'date':
      return expectedDate(raw)
    case 'timestamptz':
      return expectedInstant(raw)
    case 'jsonb':
      return expectedJson(raw)
  }
}

/** Without NUL and lone surrogates, which iterate as separate characters. */
export function storable(text: string): string {
  if (!/[\0\ud800-\udfff]/.test(text)) return text
  return [...text].filter((character) => !/^[\0\ud800-\udfff]$/.test(character)).join('')
}

/** SQL that gives a column as canonical text, to compare with `expectedValue`. */
export function canonicalSql(type: ColumnType, column: string): string {
  if (type !== 'timestamptz') return `${column}::text`
  return `(extract(epoch FROM ${column}) * 1000000)::bigint::text`
}

/**
 * A number's text without exponent and unnecessary zeros, digit by digit; undefined if it is not a number.
 */
export function plainDecimal(text: string): string | undefined {
  const ungrouped = /^-?\d{1,3}(,\d{3})+(\.\d+)?$/.test(text) ? text.replaceAll(',', '') : text
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(ungrouped)
  if (match === null) return undefined
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match
  const point = whole.length + Number(exponent)
  const digits = `${whole}${fraction}`
  const padded = digits.padStart(digits.length - Math.min(0, point), '0')
  const place = Math.max(0, point)
  const before =
    padded
      .slice(0, place)
      .padEnd(place, '0')
      .replace(/^0+(?=\d)/, '') || '0'
  // Without the lookbehind the time grows with the square of the number of zeros.
  const after = padded.slice(place).replace(/(?<!0)0+$/, '')
  const number = after === '' ? before : `${before}.${after}`
  return number === '0' ? '0' : `${sign}${number}`
}

function expectedBoolean(raw: string): Expected {
  if (/^(true|t|yes|y|on|1)$/i.test(raw)) return 'true'
  return /^(false|f|no|n|off|0)$/i.test(raw) ? 'false' : rejected
}

function expectedInteger(raw: string): Expected {
  const number = plainDecimal(raw)
  if (number === undefined || number.includes('.')) return rejected
  const value = BigInt(number)
  return BigInt.asIntN(64, value) === value ? number : rejected
}

function expectedDate(raw: string): Expected {
  const written = /^\d{4}-\d{2}-\d{2}/.exec(raw)?.[0]
  if (written !== undefined) return written
  return /^-?\d+$/.test(raw) ? new Date(Number(raw)).toISOString().slice(0, 10) : rejected
}

/** As Postgres writes it, of numbers that JavaScript writes as they came. */
function expectedJson(raw: string): Expected {
  try {
    return jsonbText(JSON.parse(raw))
  } catch {
    return rejected
  }
}

/** Keys are ordered by their length in bytes, then by their bytes. */
function jsonbText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(jsonbText).join(', ')}]`
  const members = Object.entries(value)
    .map(([key, member]) => ({ bytes: Buffer.from(key), key, member }))
    .sort((a, b) => a.bytes.length - b.bytes.length || Buffer.compare(a.bytes, b.bytes))
  return `{${members.map(({ key, member }) => `${JSON.stringify(key)}: ${jsonbText(member)}`).join(', ')}}`
}

/** Microseconds since 1970. */
function expectedInstant(raw: string): Expected {
  const epoch = /^(\d+)(?:\.0)?$/.exec(raw)?.[1]
  if (epoch !== undefined) return `${epoch}${epoch.length > 10 ? '000' : '000000'}`
  const match = /^(.+?)(?:\.(\d{1,6}))?(Z|[+-]\d\d:\d\d)$/.exec(raw)
  const whole = match === null ? raw : `${match[1]}${match[3]}`
  const seconds = Date.parse(whole) / 1000
  if (Number.isNaN(seconds)) return rejected
  const micros = BigInt(seconds) * 1_000_000n + BigInt((match?.[2] ?? '').padEnd(6, '0'))
  return micros.toString()
}
