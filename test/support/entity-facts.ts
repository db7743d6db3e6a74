import type { Evidence } from '../../generator/model/analysis.ts'
import type { EntityFacts, PropertyDefinition } from '../../generator/model/build-analysis.ts'

/** A plain property definition with the test's changes. */
export function defineProperty(
  name: string,
  type = 'string',
  rest: Partial<PropertyDefinition> = {},
): PropertyDefinition {
  return {
    name,
    label: name,
    description: '',
    group: 'dealinformation',
    type,
    fieldType: '',
    options: [],
    calculated: false,
    externalOptions: false,
    referencedObjectType: null,
    hubspotDefined: false,
    hidden: false,
    unique: false,
    sensitivity: 'non_sensitive',
    archived: false,
    ...rest,
  }
}

/** A portal's facts about deals with these properties. */
export function dealFacts(
  definitions: readonly PropertyDefinition[],
  rest: Partial<EntityFacts> = {},
): EntityFacts {
  return {
    entity: 'deals',
    table: 'deal',
    objectType: {
      id: '0-3',
      name: 'deals',
      singularLabel: 'Deal',
      pluralLabel: 'Deals',
      custom: false,
    },
    portal: { id: 8100142, timeZone: 'Europe/Berlin', currency: 'EUR' },
    keyProperty: 'dealname',
    createdProperty: 'createdate',
    modifiedProperty: 'hs_lastmodifieddate',
    definitions,
    unanswered: new Set(),
    unreadable: new Map(),
    groups: [{ name: 'dealinformation', label: 'Deal information' }],
    pipelines: [],
    associations: [],
    ...rest,
  }
}

/** Evidence of a property whose filled values have these shapes. */
export function evidenceOf(
  shapes: Partial<Record<Evidence['shapes'][number]['shape'], number>>,
  rest: Partial<Evidence> = {},
): Evidence {
  const counted = Object.entries(shapes).map(([shape, count]) => ({ shape, count }))
  return {
    filled: counted.reduce((sum, { count }) => sum + count, 0),
    longest: 12,
    unparsable: 0,
    shapes: counted as Evidence['shapes'],
    integerDigits: 6,
    decimalDigits: 2,
    ...rest,
  }
}
