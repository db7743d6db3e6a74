import type { AnalyzedProperty } from './analysis.ts'
import { isSame } from './compare-lists.ts'

/** Of a definition that does not say when it was made, what is known of it stays. */
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

/** An analysis of an earlier hubgen does not say when properties were made: that alone is no news of one. */
export function isOriginLearnt(before: AnalyzedProperty, after: AnalyzedProperty): boolean {
  const { createdAt, ...rest } = after
  return before.createdAt === undefined && createdAt !== undefined && isSame(before, rest)
}
