const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

interface Field {
  readonly least: number
  readonly most: number
  /** Names that may stand for numbers, from `least`. */
  readonly names?: readonly string[]
}

const fields: readonly Field[] = [
  { least: 0, most: 59 },
  { least: 0, most: 23 },
  { least: 1, most: 31 },
  { least: 1, most: 12, names: months },
  { least: 0, most: 7, names: weekdays },
]

/** Whether a text is a cron expression of five fields: minute, hour, day, month, weekday. */
export function isCron(text: string): boolean {
  const parts = text.trim().split(/ +/)
  return (
    parts.length === fields.length &&
    fields.every((field, index) =>
      (parts[index] ?? '').split(',').every((part) => isPart(part, field)),
    )
  )
}

// A star, `5` or `1-5`, each with an optional step, such as `1-5/2`.
function isPart(text: string, field: Field): boolean {
  const [, range = '', step] = /^([^/]+)(?:\/(\d{1,2}))?$/.exec(text) ?? []
  if (step !== undefined && !(Number(step) >= 1 && Number(step) <= field.most)) return false
  if (range === '*') return true
  const ends = range.split('-').map((end) => numberOf(end, field))
  const [from = Number.NaN, to = from] = ends
  return ends.length <= 2 && from >= field.least && to <= field.most && from <= to
}

function numberOf(text: string, { least, names = [] }: Field): number {
  const index = names.indexOf(text.toLowerCase())
  if (index >= 0) return least + index
  return /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN
}
