const units: readonly (readonly [seconds: number, one: string, many: string])[] = [
  [604_800, 'week', 'weeks'],
  [86_400, 'day', 'days'],
  [3_600, 'hour', 'hours'],
  [60, 'minute', 'min'],
]

/** `every hour`, `every 15 min`, `about every day`: in the largest unit of which there is at least one. */
export function describeInterval(seconds: number, precision: 'exact' | 'about'): string {
  const [size, one, many] = units.find(([size]) => seconds >= 0.95 * size) ?? [1, 'second', 's']
  const count = Math.round(seconds / size)
  const about = precision === 'about' ? 'about ' : ''
  return `${about}every ${count === 1 ? one : `${count} ${many}`}`
}
