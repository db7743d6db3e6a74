const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** `12,345`. */
export function formatCount(count: number): string {
  return grouped.format(count)
}

/** `1 record`, `2 records`, `2 entities`, `2 days`. */
export function countOf(count: number, thing: string): string {
  const plural = /[^aeiou]y$/.test(thing) ? `${thing.slice(0, -1)}ies` : `${thing}s`
  return `${formatCount(count)} ${count === 1 ? thing : plural}`
}

/** `7 s`, `2:05`, `1:02:03`: at most eight characters up to a hundred hours. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const rest = String(whole % 60).padStart(2, '0')
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes}:${rest}`
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${rest}`
}

const ageUnits: readonly (readonly [seconds: number, name: string])[] = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
  [1, 's'],
]

/**
 * `42 s`, `7 min`, `26 h`, `12 d`: in the largest unit of which there are at least two, otherwise seconds;
 * rounded down, so that an age is never overstated.
 */
export function formatAge(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const [size, name] = ageUnits.find(([size]) => whole >= 2 * size) ?? [1, 's']
  return `${Math.floor(whole / size)} ${name}`
}
