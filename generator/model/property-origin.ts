import type { AnalyzedProperty } from './analysis.ts'
import { isSame } from './compare-lists.ts'

/** Keeps the earlier origin if a definition has no creation time, or if HubSpot defines the property. */
export function originOf(
  { createdAt, hubspotDefined }: Pick<AnalyzedProperty, 'createdAt' | 'hubspotDefined'>,
  before: AnalyzedProperty | null,
): Pick<AnalyzedProperty, 'createdAt' | 'remadeAt'> {
  const known = before?.createdAt
  const made = hubspotDefined ? (known ?? createdAt) : (createdAt ?? known)
  const isRemade = known !== undefined && made !== known
  const remadeAt = isRemade ? made : before?.remadeAt
  return {
    ...(made !== undefined && { createdAt: made }),
    ...(remadeAt !== undefined && { remadeAt }),
  }
}

/**
 * The property with the earlier time of its last change, if nothing else changed: HubSpot moves this time for
 * changes that concern no file here, and a moved time alone is not news.
 */
export function keepUpdatedAt(
  property: AnalyzedProperty,
  before: AnalyzedProperty | null,
): AnalyzedProperty {
  const earlier = before?.updatedAt
  if (before === null || earlier === undefined) return property
  const isKnown = property.updatedAt === undefined || !isDefinedAnew(before, property)
  return isKnown ? { ...property, updatedAt: earlier } : property
}

/** Whether anything but the time of the change and the sampled values differs. */
function isDefinedAnew(before: AnalyzedProperty, after: AnalyzedProperty): boolean {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<
    keyof AnalyzedProperty
  >
  names.delete('updatedAt')
  names.delete('evidence')
  return [...names].some((name) => !isSame(before[name], after[name]))
}

/** True if only facts are new that an earlier hubgen did not record: that is not drift. */
export function isOriginLearnt(before: AnalyzedProperty, after: AnalyzedProperty): boolean {
  if (before.createdAt !== undefined && before.updatedAt !== undefined) return false
  return isSame(originally(before), originally(after)) && isSubset(before, after)
}

function originally(property: AnalyzedProperty) {
  const { createdAt: _, updatedAt: __, showCurrencySymbol: ___, ...rest } = property
  return rest
}

/** Whether the later property has all recorded facts of the earlier one. */
function isSubset(before: AnalyzedProperty, after: AnalyzedProperty): boolean {
  return (['createdAt', 'updatedAt', 'showCurrencySymbol'] as const).every(
    (fact) => before[fact] === undefined || before[fact] === after[fact],
  )
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
