const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

interface Field {
  readonly least: number
  readonly most: number
  /** Names that may stand for numbers, from `least`. */
  readonly names?: readonly string[]
}

const dayField: Field = { least: 1, most: 31 }
const monthField: Field = { least: 1, most: 12, names: months }
const weekdayField: Field = { least: 0, most: 7, names: weekdays }
const fields: readonly Field[] = [
  { least: 0, most: 59 },
  { least: 0, most: 23 },
  dayField,
  monthField,
  weekdayField,
]

/** The days of each month, in the year in which it has most. */
const monthDays = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/**
 * Whether a text is a cron expression of five fields: minute, hour, day, month, weekday. One that is never due, such as
 * the 31st of February, or that lists a value twice is none: schedulers refuse it.
 */
export function isCron(text: string): boolean {
  const parts = text.trim().split(/ +/)
  return (
    parts.length === fields.length &&
    fields.every((field, index) => isField(parts[index] ?? '', field)) &&
    isEverDue(parts)
  )
}

/** A weekday makes every expression due, because it counts next to the days. */
function isEverDue([, , day = '', month = '', weekday = '']: readonly string[]): boolean {
  if (weekday !== '*') return true
  const inMonths = monthDays.filter((_, index) => isIn(month, index + 1, monthField))
  const longest = Math.max(...inMonths)
  return Array.from({ length: longest }, (_, index) => index + 1).some((number) =>
    isIn(day, number, dayField),
  )
}

function isField(text: string, field: Field): boolean {
  const parts = text.split(',')
  if (parts.some((part) => readPart(part, field) === null)) return false
  const listed = parts.flatMap((part) => [...valuesOf(part, field)])
  return new Set(listed).size === listed.length
}

/** Sunday is 0 and 7. */
function valuesOf(part: string, field: Field): ReadonlySet<number> {
  const { least, most } = field
  const possible = Array.from({ length: most - least + 1 }, (_, index) => least + index)
  const values = possible.filter((value) => isIn(part, value, field))
  return new Set(field === weekdayField ? values.map((value) => value % 7) : values)
}

function isIn(text: string, value: number, field: Field): boolean {
  return text.split(',').some((part) => {
    const { from, to, step } = readPart(part, field) ?? { from: 1, to: 0, step: 1 }
    return value >= from && value <= to && (value - from) % step === 0
  })
}

interface Part {
  readonly from: number
  readonly to: number
  readonly step: number
}

/** A star, `5` or `1-5`, each with an optional step, such as `1-5/2`; null for anything else. */
function readPart(text: string, field: Field): Part | null {
  const { least, most } = field
  const [, range = '', stepText] = /^([^/]+)(?:\/(\d{1,2}))?$/.exec(text) ?? []
  const step = Number(stepText ?? 1)
  if (step < 1 || step > most) return null
  if (range === '*') return { from: least, to: most, step }
  const ends = range.split('-').map((end) => numberOf(end, field))
  // A number with a step counts up to the end.
  const [from = Number.NaN, to = stepText === undefined ? from : most] = ends
  return ends.length <= 2 && from >= least && to <= most && from <= to ? { from, to, step } : null
}

function numberOf(text: string, { least, names = [] }: Field): number {
  const index = names.indexOf(text.toLowerCase())
  if (index >= 0) return least + index
  return /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN
}
