import type { Analysis, ValidationRule } from './analysis.ts'
import { compareText } from './compare-text.ts'

/**
 * The validation rules of an analysis, by property then kind, of which HubSpot has one rule each. The earlier
 * ones stay if HubSpot did not answer.
 */
export function keepRules(
  answered: readonly ValidationRule[] | null,
  earlier: Analysis | null,
): Pick<Analysis, 'rules'> {
  const rules = answered ?? earlier?.rules ?? []
  const keyed = new Map(rules.map((rule) => [`${rule.property}\0${rule.kind}`, rule]))
  if (keyed.size === 0) return {}
  const ordered = [...keyed].sort(([left], [right]) => compareText(left, right))
  return { rules: ordered.map(([, rule]) => rule) }
}
