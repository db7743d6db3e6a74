const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }

/** Seconds of `30s`, `90m`, `26h` or `2d`, for options and the configuration; NaN for anything else. */
export function readDuration(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,6})([smhd])$/.exec(text.trim()) ?? []
  return Number(count) * (unitSeconds[unit] ?? Number.NaN)
}
