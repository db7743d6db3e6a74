/** One line of a result: what was measured, the median as text, and the bound it is held to, if any. */
export interface Figure {
  readonly what: string
  readonly median: string
  readonly bound?: string
}

export interface BenchOptions {
  /** Instead of the benchmark's own number of records, to try it. */
  readonly records?: number
  readonly rounds: number
  /** Tells whoever waits what a round has shown. */
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
