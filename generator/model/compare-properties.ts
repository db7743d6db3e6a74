import type { AnalyzedProperty, PropertyOption } from './analysis.ts'
import { compareLists, isSame } from './compare-lists.ts'
import type { AddDrift } from './drift.ts'
import { shortened, type Wording, words } from './wording.ts'

/** `property "Amount" (amount, number)`; the label is left out if it adds nothing to the name. */
export function wordProperty(property: {
  readonly name: string
  readonly label: string
  readonly type: string
}): Wording {
  const { name, label, type } = property
  return label.trim() === '' || label === name
    ? words`property ${name} (${type})`
    : words`property "${shortened(label)}" (${name}, ${type})`
}

/** A property that has a column now but had none before. */
export function compareAdded(property: AnalyzedProperty, add: AddDrift): void {
  const { name, column } = property
  const after = `${column.name} ${column.type}`
  add(
    'property_added',
    name,
    words`${wordProperty(property)} added → column ${column.name} ${column.type}`,
    { after },
  )
}

/** The differences of one property. `listed`: whether HubSpot still lists its name. */
export function compareProperty(
  before: AnalyzedProperty,
  after: AnalyzedProperty,
  listed: 'listed' | 'unlisted',
  add: AddDrift,
): void {
  compareLife(before, after, listed, add)
  compareOrigin(before, after, add)
  compareType(before, after, add)
  compareColumn(before, after, add)
  compareTexts(before, after, add)
  compareOptions(before, after, add)
  compareFacts(before, after, add)
}

function compareLife(
  before: AnalyzedProperty,
  after: AnalyzedProperty,
  listed: 'listed' | 'unlisted',
  add: AddDrift,
): void {
  const what = wordProperty(after)
  const kept = words`column ${after.column.name} stays and is no longer synced`
  const life = [lifeOf(before), lifeOf(after)] as const
  if (life[0] === life[1]) return
  if (life[0] === 'archived' && life[1] === 'purged') {
    const purged = words`${what} was archived and is now deleted in HubSpot`
    add('definition_changed', after.name, purged, { before: life[0], after: life[1] })
    return
  }
  const change = { before: life[0], after: life[1] }
  if (life[1] === 'live') {
    const back = words`${what} restored → column ${after.column.name} is synced again`
    add('property_restored', after.name, back, change)
  } else if (life[1] === 'excluded') {
    const excluded = words`${what} is left out by hubgen.config.ts → ${kept}`
    add('property_excluded', after.name, excluded, change)
  } else if (life[1] === 'archived' && listed === 'listed') {
    add('property_archived', after.name, words`${what} archived → ${kept}`, change)
  } else {
    add('property_removed', after.name, words`${what} is gone from HubSpot → ${kept}`, change)
  }
}

/** Values of the earlier property of this name may still be in the table. */
function compareOrigin(before: AnalyzedProperty, after: AnalyzedProperty, add: AddDrift): void {
  const { remadeAt, column } = after
  if (remadeAt === undefined || remadeAt === before.remadeAt) return
  const [day = ''] = remadeAt.split('T')
  const remade = words`${wordProperty(after)} was deleted and made again in HubSpot (${day}) → column ${column.name} is read again for all records`
  add('property_remade', after.name, remade, {
    ...(before.createdAt !== undefined && { before: before.createdAt }),
    after: remadeAt,
  })
}

function lifeOf(property: AnalyzedProperty): 'live' | 'archived' | 'purged' | 'excluded' {
  if (!property.archived) return 'live'
  if (property.excluded === true) return 'excluded'
  return property.purged === true ? 'purged' : 'archived'
}

function compareType(before: AnalyzedProperty, after: AnalyzedProperty, add: AddDrift): void {
  if (before.type === after.type) return
  const { column } = after
  const kept =
    before.column.type === column.type
      ? words`column ${column.name} stays ${column.type}`
      : words`column ${column.name} becomes ${column.type}`
  const type = words`${wordProperty(before)} is now ${after.type} in HubSpot → ${kept}`
  add('type_changed', after.name, type, { before: before.type, after: after.type })
}

/**
 * Names and types never change by themselves, so a difference comes from hubgen.config.ts or from an edit.
 */
function compareColumn(before: AnalyzedProperty, after: AnalyzedProperty, add: AddDrift): void {
  const [old, now] = [before.column, after.column]
  const what = wordProperty(after)
  if (after.earlierColumns?.some(({ name }) => name === old.name) === true) {
    add(
      'column_retyped',
      after.name,
      words`${what}: column ${now.name} ${now.type} added; ${old.name} ${old.type} stays`,
      { before: `${old.name} ${old.type}`, after: `${now.name} ${now.type}` },
    )
    return
  }
  if (old.name !== now.name) {
    add(
      'column_renamed',
      after.name,
      words`${what}: has a new column ${now.name}; ${old.name} keeps its values and is no longer synced`,
      {
        before: old.name,
        after: now.name,
      },
    )
  }
  if (old.type !== now.type) {
    add(
      'column_retyped',
      after.name,
      words`${what}: column ${now.name} is now ${now.type} instead of ${old.type}`,
      { before: old.type, after: now.type },
    )
  }
}

function compareTexts(before: AnalyzedProperty, after: AnalyzedProperty, add: AddDrift): void {
  const texts = [
    ['label_changed', 'label', before.label, after.label],
    ['description_changed', 'description', before.description, after.description],
    ['group_changed', 'group', before.group, after.group],
  ] as const
  for (const [kind, name, old, now] of texts) {
    if (old === now) continue
    const wording = words`property ${after.name}: ${[name]} "${shortened(old)}" → "${shortened(now)}"`
    add(kind, after.name, wording, { before: old, after: now })
  }
}

function compareOptions(before: AnalyzedProperty, after: AnalyzedProperty, add: AddDrift): void {
  const { name } = after
  const options = compareLists(before.options, after.options, ({ value }) => value)
  for (const option of options.added) {
    add('option_added', name, words`property ${name}: option ${wordOption(option)} added`, {
      after: option.value,
    })
  }
  for (const option of options.removed) {
    add('option_removed', name, words`property ${name}: option ${wordOption(option)} removed`, {
      before: option.value,
    })
  }
  for (const { before: old, after: now } of options.changed) compareOption(name, old, now, add)
  if (options.rearranged) {
    add('option_changed', name, words`property ${name}: its options are in another order`)
  }
}

function compareOption(
  property: string,
  before: PropertyOption,
  after: PropertyOption,
  add: AddDrift,
): void {
  const what = words`property ${property}: option ${shortened(after.value)}`
  if (before.label !== after.label) {
    const [old, now] = [before.label, after.label]
    add(
      'option_changed',
      property,
      words`${what}: label "${shortened(old)}" → "${shortened(now)}"`,
      {
        before: old,
        after: now,
      },
    )
  }
  if (before.hidden !== after.hidden) {
    const hidden = after.hidden === true ? 'is now hidden in forms' : 'is shown in forms again'
    add('option_changed', property, words`${what} ${[hidden]}`)
  }
}

function wordOption({ value, label }: PropertyOption): Wording {
  return label === '' || label === value
    ? words`${shortened(value)}`
    : words`"${shortened(label)}" (${shortened(value)})`
}

/** All other facts about a property in the analysis, with a name for each. */
const FACTS = [
  ['fieldType', 'form field'],
  ['calculated', 'calculated'],
  ['externalOptions', 'options from elsewhere'],
  ['referencedObjectType', 'refers to'],
  ['hubspotDefined', 'defined by HubSpot'],
  ['hidden', 'hidden'],
  ['unique', 'unique values'],
  ['sensitivity', 'sensitivity'],
] as const satisfies readonly (readonly [keyof AnalyzedProperty, string])[]

function compareFacts(before: AnalyzedProperty, after: AnalyzedProperty, add: AddDrift): void {
  const { name } = after
  for (const [fact, called] of FACTS) {
    const [old, now] = [wordFact(before[fact]), wordFact(after[fact])]
    if (old === now) continue
    const wording = words`property ${name}: ${[called]} ${old} → ${now}`
    add('definition_changed', name, wording, { before: old, after: now })
  }
  const sameDecision = before.type === after.type && before.column.type === after.column.type
  if (sameDecision && before.column.name === after.column.name) {
    const [old, now] = [before.column.reason, after.column.reason]
    if (old !== now) {
      const wording = words`property ${name}: reason of its column: ${shortened(now, 120)}`
      add('definition_changed', name, wording, { before: old, after: now })
    }
  }
  if (!isSame(before.evidence, after.evidence)) {
    add('evidence_changed', name, words`property ${name}: statistics of sampled values changed`)
  }
}

function wordFact(fact: string | boolean | null): string {
  if (typeof fact === 'boolean') return fact ? 'yes' : 'no'
  return fact === null || fact === '' ? 'nothing' : fact
}
