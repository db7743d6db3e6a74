import type { ValidationRule } from './analysis.ts'
import { compareLists } from './compare-lists.ts'
import type { AddDrift } from './drift.ts'
import { shortened, type Wording, words } from './wording.ts'

/** Compares HubSpot's validation rules: added, removed, and with other arguments. */
export function compareRules(
  before: readonly ValidationRule[],
  after: readonly ValidationRule[],
  add: AddDrift,
): void {
  const rules = compareLists(before, after, ({ property, kind }) => `${property}\0${kind}`)
  for (const rule of rules.added) {
    const wording = words`${wordRule(rule)} added: ${argumentsOf(rule)}`
    add('rule_added', rule.property, wording, { after: nameRule(rule) })
  }
  for (const rule of rules.removed) {
    add('rule_removed', rule.property, words`${wordRule(rule)} removed`, { before: nameRule(rule) })
  }
  for (const { before: old, after: now } of rules.changed) {
    const wording = words`${wordRule(now)}: ${argumentsOf(old)} → ${argumentsOf(now)}`
    add('rule_changed', now.property, wording, { before: nameRule(old), after: nameRule(now) })
  }
}

function wordRule({ property, kind }: ValidationRule): Wording {
  return words`validation rule ${shortened(kind)} of ${property}`
}

function argumentsOf({ arguments: given }: ValidationRule): string {
  return given.length === 0 ? 'no arguments' : shortened(given.join(', '))
}

function nameRule(rule: ValidationRule): string {
  return [rule.kind, ...rule.arguments].join(' ')
}
