import type { ColumnType } from './analysis.ts'

export interface TypeDecision {
  readonly type: ColumnType
  /** One sentence; names HubSpot's type. */
  readonly reason: string
}

/** The facts from which the type of a column is decided. */
export interface TypedProperty {
  readonly name: string
  readonly type: string
  readonly fieldType: string
  readonly referencedObjectType: string | null
}

/**
 * Ids of exactly one owner, team, user or record that HubSpot declares as an enumeration, or as a number
 * without a reference. Id lists (`hs_all_owner_ids`) are not included: their values are `a;b`.
 */
const SINGLE_ID_PROPERTIES = new Set([
  'hs_object_id',
  'hubspot_team_id',
  'associatedcompanyid',
  'hs_primary_associated_company',
])

/** The same, by the end of the name: `hs_ticket_owner_id`, `hs_created_by_user_id`. */
const SINGLE_ID = /^(?:hs|hubspot)_(?:.+_)?(?:owner|team|user)_id(?:_with_.+)?$/

const PIPELINE_PROPERTIES = new Set(['pipeline', 'dealstage', 'hs_pipeline', 'hs_pipeline_stage'])

/**
 * The column type that HubSpot's declaration implies, before any values are sampled. Uses `type`; `fieldType`
 * only selects the control in forms (a datetime may be shown as `number`) and is used for one case, an owner
 * list shown as `checkbox`.
 */
export function decideColumnType(property: TypedProperty): TypeDecision {
  return idType(property) ?? declaredType(property.type)
}

/**
 * The column type that HubSpot's type alone implies: `declaredType('number')` is numeric, whatever the name.
 */
export function declaredType(hubspotType: string): TypeDecision {
  switch (hubspotType) {
    case 'string':
      return { type: 'text', reason: 'HubSpot declares `string`.' }
    case 'number':
      return { type: 'numeric', reason: 'HubSpot declares `number`; numeric keeps every digit.' }
    case 'bool':
      return { type: 'boolean', reason: 'HubSpot declares `bool`.' }
    case 'date':
      return { type: 'date', reason: 'HubSpot declares `date`: a calendar day without time zone.' }
    case 'datetime':
      return { type: 'timestamptz', reason: 'HubSpot declares `datetime`: an instant.' }
    case 'enumeration':
      return {
        type: 'text',
        reason: 'HubSpot declares `enumeration`; the value is kept as sent, several joined by `;`.',
      }
    case 'json':
      return { type: 'jsonb', reason: 'HubSpot declares `json`; jsonb keeps every digit.' }
    case 'phone_number':
    case 'object_coordinates':
      return { type: 'text', reason: `HubSpot declares \`${hubspotType}\`, which arrives as text.` }
    default:
      return {
        type: 'text',
        reason: `HubSpot declares \`${hubspotType}\`, a type hubgen does not know: text holds any value.`,
      }
  }
}

/** Whether HubSpot's type alone implies this column type, in this version or in earlier ones. */
export function isDeclaredType(hubspotType: string, type: ColumnType): boolean {
  return declaredType(hubspotType).type === type || (hubspotType === 'json' && type === 'text')
}

function idType(property: TypedProperty): TypeDecision | null {
  const { name, type, referencedObjectType } = property
  if (PIPELINE_PROPERTIES.has(name)) {
    return { type: 'text', reason: 'Pipeline and stage ids are text (`default`, UUIDs).' }
  }
  if (!['number', 'enumeration', 'string'].includes(type)) return null
  if (looksLikeList(property)) {
    if (type !== 'number') return null
    return {
      type: 'text',
      reason: 'HubSpot declares `number`, but the name says a list of ids, joined by `;`.',
    }
  }
  if (referencedObjectType === 'OWNER') {
    return { type: 'bigint', reason: 'An owner id: digits only, beyond 32 bits.' }
  }
  if (SINGLE_ID_PROPERTIES.has(name) || (type !== 'string' && SINGLE_ID.test(name))) {
    return { type: 'bigint', reason: 'An id that HubSpot assigns: digits only, beyond 32 bits.' }
  }
  if (type !== 'number') return null
  if (referencedObjectType !== null) {
    return {
      type: 'bigint',
      reason: `The id of a record it refers to (\`${referencedObjectType}\`): digits only, beyond 32 bits.`,
    }
  }
  if (/^(hs|hubspot)_(.+_)?id(_with_.+)?$/.test(name)) {
    return {
      type: 'bigint',
      reason: 'HubSpot declares `number`, and `hs_…_id` names an id that HubSpot assigns.',
    }
  }
  return null
}

/** Several ids in one value: the name contains `ids`, or the form control allows several choices. */
function looksLikeList(property: TypedProperty): boolean {
  return property.fieldType === 'checkbox' || /(^|_)ids($|_of_)/.test(property.name)
}
