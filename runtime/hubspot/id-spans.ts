/** Ids from the first one on, up to one that is not among them; null: up to whatever comes last. */
export interface IdSpan {
  readonly from: bigint
  readonly to: bigint | null
}

export const allIds: IdSpan = { from: 0n, to: null }

/** Spans without what a span covers: ascending, none empty. Those that are given ascend and do not overlap. */
export function subtractSpan(spans: readonly IdSpan[], { from, to }: IdSpan): readonly IdSpan[] {
  if (to !== null && to <= from) return spans
  return spans.flatMap((span) => {
    if (to !== null && to <= span.from) return [span]
    if (span.to !== null && span.to <= from) return [span]
    const before = span.from < from ? [{ from: span.from, to: from }] : []
    const after =
      to !== null && (span.to === null || to < span.to) ? [{ from: to, to: span.to }] : []
    return [...before, ...after]
  })
}
