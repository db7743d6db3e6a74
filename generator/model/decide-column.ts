import type { AnalyzedProperty, Column, ColumnType, Evidence } from './analysis.ts'
import { applyEvidence } from './apply-evidence.ts'
import type { ColumnName } from './column-name.ts'
import { decideColumnType, type TypeDecision, type TypedProperty } from './column-type.ts'

/** A type that the values suggest for a column that keeps an earlier type. */
export interface ColumnAdvice {
  readonly property: string
  readonly type: ColumnType
  readonly advised: ColumnType
  readonly reason: string
}

/**
 * Decides the column of one property. Name, type and a person's reason in an earlier analysis stay; if
 * HubSpot's type changed since, the reason gets another sentence.
 */
export function decideColumn(
  property: TypedProperty & { readonly archived: boolean },
  name: ColumnName,
  before: AnalyzedProperty | null,
  sampled: Evidence | null,
): { column: Column; advice: ColumnAdvice | null } {
  const declared = decideColumnType(property)
  const fresh = sampled === null ? declared : applyEvidence(declared, property, sampled)
  if (before === null) {
    const reason = name.reason === null ? fresh.reason : `${fresh.reason} ${name.reason}`
    return { column: { name: name.name, type: fresh.type, reason }, advice: null }
  }
  const { type } = before.column
  const reason = keptReason(property, before, fresh)
  const disagrees = fresh !== declared && fresh.type !== type
  return {
    column: { ...before.column, type, reason },
    advice: disagrees
      ? { property: property.name, type, advised: fresh.type, reason: fresh.reason }
      : null,
  }
}

const TYPE_CHANGED = / HubSpot's type changed from `[^`]*` to `[^`]*`; the column stays \w+\.$/

function keptReason(
  property: TypedProperty,
  before: AnalyzedProperty,
  fresh: TypeDecision,
): string {
  const { type, reason } = before.column
  if (property.type !== before.type) {
    const [from, to] = [before.type, property.type].map((name) => name.replaceAll('`', "'"))
    return `${reason.replace(TYPE_CHANGED, '')} HubSpot's type changed from \`${from}\` to \`${to}\`; the column stays ${type}.`
  }
  // The type was edited in the file but its reason was not: hubgen's reason explains another type.
  if (fresh.type !== type && fresh.reason === reason) {
    return `Set to ${type} in analysis.json; without that, ${fresh.type}: ${reason}`
  }
  return reason
}
