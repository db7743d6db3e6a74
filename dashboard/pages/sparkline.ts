import { html } from 'hono/html'
import type { Html } from '../words.ts'

const step = 4
const height = 24
/** Space above the highest point and below the lowest one, for the width of the line. */
const edge = 2

/** One value per day; null is a gap, because nothing is known about that day. */
type Values = readonly (number | null)[]

/** A line from the lowest to the highest value, or from 0 on; empty if there is no value. */
export function renderLine(values: Values, label: string, from: 'zero' | 'lowest'): Html {
  const known = values.filter((value) => value !== null)
  const lowest = from === 'zero' ? 0 : Math.min(...known)
  const span = Math.max(...known) - lowest
  const y = (value: number) => {
    const share = span === 0 ? (from === 'zero' ? 0 : 0.5) : (value - lowest) / span
    return Math.round(height - edge - share * (height - 2 * edge))
  }
  let path = ''
  let last: number | null = null
  for (const [index, value] of values.entries()) {
    // A single point is a line of length 0, which round ends make a dot.
    const at = value === null ? null : y(value)
    if (at !== null) {
      path += last === null ? `M${index * step + step / 2} ${at}l0 0` : `l${step} ${at - last}`
    }
    last = at
  }
  return renderShape('line', path, values.length, label)
}

/** A column per day from 0 on: a day of which nothing is known has none, and 0 is a dot. */
export function renderColumns(values: Values, label: string): Html {
  const highest = Math.max(1, ...values.map((value) => value ?? 0))
  const path = values.map((value, index) =>
    value === null
      ? ''
      : `M${index * step + step / 2} ${height}v-${Math.max(1, Math.round((value / highest) * height))}`,
  )
  return renderShape('columns', path.join(''), values.length, label)
}

function renderShape(kind: 'line' | 'columns', path: string, days: number, label: string): Html {
  return html`<svg class="trend ${kind}" viewBox="0 0 ${days * step} ${height}" preserveAspectRatio="none" role="img" aria-label="${label}"><path d="${path}"/></svg>`
}
