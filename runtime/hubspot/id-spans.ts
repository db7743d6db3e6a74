/** Ids from `from` up to but not including `to`; null means no upper end. */
export interface IdSpan {
  readonly from: bigint
  readonly to: bigint | null
}

export const allIds: IdSpan = { from: 0n, to: null }

/** Removes a span from spans that ascend and do not overlap; the result ascends and contains no empty span. */
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
