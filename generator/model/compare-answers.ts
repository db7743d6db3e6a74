import type { Analysis } from './analysis.ts'
import { collectDrift, type Drift } from './drift.ts'
import { words } from './wording.ts'

/** A property that HubSpot leaves out of its answers about records, although it may be defined. */
export interface UnansweredProperty {
  readonly property: string
  /** `history` if only its former values are missing. */
  readonly part: 'records' | 'history'
  /** The first sync that did not get it. */
  readonly since: Date
}

/** The columns that sync cannot fill because HubSpot leaves their properties out of its answers. */
export function compareAnswers(
  { entity, properties }: Analysis,
  unanswered: readonly UnansweredProperty[],
): readonly Drift[] {
  const { add, found } = collectDrift(entity)
  // Sensitive values depend on the key of the sync: which of them this key reads, explore asks itself.
  const live = new Map(
    properties
      .filter(({ archived, sensitivity }) => !archived && sensitivity === 'non_sensitive')
      .map((property) => [property.name, property]),
  )
  for (const { property, part, since } of unanswered) {
    const known = live.get(property)
    if (known === undefined) continue
    const day = since.toISOString().slice(0, 10)
    add(
      'property_not_answered',
      property,
      part === 'history'
        ? words`HubSpot no longer answers former values of ${property} (since ${day}) → those of before stay`
        : words`HubSpot no longer answers ${property} (since ${day}) → column ${known.column.name} keeps its values`,
      { before: known.column.name },
    )
  }
  return found
}
