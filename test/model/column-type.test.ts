import { describe, expect, test } from 'vitest'
import { decideColumnType } from '../../generator/model/column-type.ts'
import { defineProperty } from '../support/entity-facts.ts'

function typeOf(name: string, type: string, rest = {}): string {
  return decideColumnType(defineProperty(name, type, rest)).type
}

describe('column types', () => {
  test.each([
    ['string', 'text'],
    ['number', 'numeric'],
    ['bool', 'boolean'],
    ['date', 'date'],
    ['datetime', 'timestamptz'],
    ['enumeration', 'text'],
    ['phone_number', 'text'],
    ['object_coordinates', 'text'],
    ['json', 'jsonb'],
    ['hologram', 'text'],
  ])('HubSpot type %s becomes %s, with a reason that names it', (type, column) => {
    const decision = decideColumnType(defineProperty('some_property', type))
    expect(decision.type).toBe(column)
    expect(decision.reason).toContain(`\`${type}\``)
  })

  test.each(['number', 'text', 'calculation_equation', 'date', ''])(
    'a datetime is an instant, though its form shows it as `%s`',
    (fieldType) => {
      expect(typeOf('hs_v2_time_in_current_stage', 'datetime', { fieldType })).toBe('timestamptz')
    },
  )

  test.each([
    ['hs_object_id', 'number', {}],
    ['hubspot_owner_id', 'enumeration', { fieldType: 'select', referencedObjectType: 'OWNER' }],
    ['hubspot_owner_id', 'enumeration', {}],
    ['hubspot_team_id', 'enumeration', { fieldType: 'select' }],
    ['hs_created_by_user_id', 'number', {}],
    ['hs_updated_by_user_id', 'number', {}],
    ['hs_object_source_user_id', 'number', {}],
    ['hs_ticket_owner_id', 'enumeration', { externalOptions: true }],
    ['hs_latest_owner_id_with_activity', 'enumeration', {}],
    ['hs_assignee_user_id', 'enumeration', {}],
    ['hs_first_deal_id_with_quote', 'number', {}],
    ['associatedcompanyid', 'number', {}],
    ['account_manager', 'enumeration', { referencedObjectType: 'OWNER' }],
    ['hs_latest_sequence_enrolled', 'number', { referencedObjectType: 'SEQUENCE' }],
  ])('`%s` (%s) holds one id and becomes bigint', (name, type, rest) => {
    expect(typeOf(name, type, rest)).toBe('bigint')
  })

  test.each([
    ['hs_all_owner_ids', 'enumeration', { fieldType: 'select' }],
    ['hs_merged_object_ids', 'enumeration', { fieldType: 'checkbox' }],
    ['hs_user_ids_of_all_owners', 'enumeration', { fieldType: 'checkbox' }],
    ['hs_manual_campaign_ids', 'number', { fieldType: 'calculation_rollup' }],
    ['account_team', 'enumeration', { fieldType: 'checkbox', referencedObjectType: 'OWNER' }],
    ['pipeline', 'enumeration', {}],
    ['dealstage', 'enumeration', {}],
    ['hs_pipeline_stage', 'number', {}],
    ['hs_object_source_id', 'string', {}],
    ['hs_external_owner_id', 'string', {}],
    ['hs_tax_id', 'enumeration', {}],
  ])('`%s` (%s) holds a list or text ids and stays text', (name, type, rest) => {
    expect(typeOf(name, type, rest)).toBe('text')
  })

  test('a custom number stays numeric, whatever its name', () => {
    expect(typeOf('customer_id', 'number')).toBe('numeric')
    expect(typeOf('paid_ids_count', 'number')).toBe('numeric')
  })
})
