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

/** A property is purged if no answer lists it; it stays what it was if an answer is missing. */
export function purgedFrom(answers: {
  readonly definitions: readonly Pick<AnalyzedProperty, 'name'>[]
  /** Classes without an answer: `sensitive`, `archived sensitive`. */
  readonly unanswered: ReadonlySet<string>
}) {
  const listed = new Set(answers.definitions.map(({ name }) => name))
  const { unanswered } = answers
  return (
    { name, sensitivity }: Pick<AnalyzedProperty, 'name' | 'sensitivity'>,
    before: AnalyzedProperty | null,
  ): boolean => {
    if (listed.has(name)) return false
    const isAnswered = !unanswered.has(sensitivity) && !unanswered.has(`archived ${sensitivity}`)
    return isAnswered || before?.purged === true
  }
}
