import type { Random } from './seeded-random.ts'

/** How long an answer takes: always the same, or evenly spread over a range. */
export type Latency = number | { readonly minMs: number; readonly maxMs: number }

export function nextLatencyMs(latency: Latency, random: Random): number {
  if (typeof latency === 'number') return latency
  return latency.minMs + random() * (latency.maxMs - latency.minMs)
}
