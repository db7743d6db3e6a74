import type { AnalyzedProperty } from './analysis.ts'
import { isSame } from './compare-lists.ts'

/** Keeps the earlier origin if a definition has no creation time. */
export function originOf(
  { createdAt }: Pick<AnalyzedProperty, 'createdAt'>,
  before: AnalyzedProperty | null,
): Pick<AnalyzedProperty, 'createdAt' | 'remadeAt'> {
  const made = createdAt ?? before?.createdAt
  const isRemade = before?.createdAt !== undefined && made !== before.createdAt
  const remadeAt = isRemade ? made : before?.remadeAt
  return {
    ...(made !== undefined && { createdAt: made }),
    ...(remadeAt !== undefined && { remadeAt }),
  }
}

/** True if only the creation time is new, because an earlier hubgen did not record it: that is not drift. */
export function isOriginLearnt(before: AnalyzedProperty, after: AnalyzedProperty): boolean {
  const { createdAt, ...rest } = after
  return before.createdAt === undefined && createdAt !== undefined && isSame(before, rest)
}
