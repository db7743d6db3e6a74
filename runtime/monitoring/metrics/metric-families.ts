import type { MetricFamily, Sample } from './exposition.ts'

export function gauge(name: string, help: string, samples: readonly Sample[]): MetricFamily {
  return { name: `hubgen_${name}`, help, type: 'gauge', samples }
}

export function counter(name: string, help: string, samples: readonly Sample[]): MetricFamily {
  return { name: `hubgen_${name}`, help, type: 'counter', samples }
}

/** One sample per entity with a known figure. */
export function perEntity<Facts extends { readonly entity: string }>(
  entities: readonly Facts[],
  figure: (facts: Facts) => number | null,
): Sample[] {
  return entities.flatMap((facts) => {
    const value = figure(facts)
    return value === null ? [] : [{ labels: { entity: facts.entity }, value }]
  })
}

export function epochSeconds(time: Date | null | undefined): number | null {
  return time === null || time === undefined ? null : time.getTime() / 1000
}
