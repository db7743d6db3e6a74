/** One line of a result: the measured quantity, the median as text, and its bound, if any. */
export interface Figure {
  readonly what: string
  readonly median: string
  readonly bound?: string
}

export interface BenchOptions {
  /** Overrides the benchmark's own number of records. */
  readonly records?: number
  readonly rounds: number
  /** Reports the result of a round to the user. */
  readonly note: (text: string) => void
}

export type Benchmark = (options: BenchOptions) => Promise<readonly Figure[]>

export function median(samples: readonly number[]): number {
  return samples.toSorted((a, b) => a - b)[Math.floor(samples.length / 2)] ?? Number.NaN
}

/** The median of one number of every sample. */
export function medianOf<Sample>(
  samples: readonly Sample[],
  number: (sample: Sample) => number,
): number {
  return median(samples.map(number))
}

/** `12,345`. */
export function formatCount(value: number): string {
  return Math.round(value).toLocaleString('en')
}

/** `95.3 %`. */
export function formatShare(value: number): string {
  return `${(value * 100).toFixed(1)} %`
}

/** `1.23 s`. */
export function formatSeconds(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 1)} s`
}
