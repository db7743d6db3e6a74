import type { Random } from './seeded-random.ts'

/** The duration of an answer: constant, or evenly distributed over a range. */
export type Latency = number | { readonly minMs: number; readonly maxMs: number }

export function nextLatencyMs(latency: Latency, random: Random): number {
  if (typeof latency === 'number') return latency
  return latency.minMs + random() * (latency.maxMs - latency.minMs)
}
