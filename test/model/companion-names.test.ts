import { expect, test } from 'vitest'
import { customTargets } from '../../generator/explore/entity-target.ts'
import type { Analysis } from '../../generator/model/analysis.ts'
import { buildAnalysis } from '../../generator/model/build-analysis.ts'
import { companions, companionTableNames } from '../../generator/model/companions.ts'
import { findConflicts } from '../../generator/model/find-conflicts.ts'
import { dealFacts, defineProperty } from '../support/entity-facts.ts'

const customObject = (name: string, number: number) => ({
  typeId: `2-${number}`,
  name,
  fullyQualifiedName: `p1_${name}`,
  singularLabel: name,
  pluralLabel: name,
  primaryDisplayProperty: null,
})

const contacts = {
  entity: 'contacts',
  objectTypeId: '0-1',
  types: [{ category: 'USER_DEFINED', typeId: 1, label: null }],
}

function exploreObject(
  entity: string,
  id: string,
  otherTables: readonly string[],
  earlier: Analysis | null = null,
): Analysis {
  const objectType = { id, name: `p1_${entity}`, singularLabel: entity, pluralLabel: entity }
  const facts = dealFacts([defineProperty('name')], {
    entity,
    table: entity,
    objectType: { ...objectType, custom: true },
    associations: entity === 'vehicle' ? [contacts] : [],
    pipelines: [],
    otherTables: new Set(otherTables),
  })
  return buildAnalysis(facts, earlier, null).analysis
}

test('a custom object called like a companion table of a standard one goes by its whole name', () => {
  const names = ['deal_contact', 'merged_deal', 'ticket_pipeline_stage', 'site_visit']
  const targets = customTargets(
    names.map((name, index) => ({
      typeId: `2-${index}`,
      name,
      fullyQualifiedName: `p1_${name}`,
      singularLabel: name,
      pluralLabel: name,
      primaryDisplayProperty: null,
    })),
  )
  expect(targets.map(({ table }) => table)).toEqual([
    'p1_deal_contact',
    'p1_merged_deal',
    'p1_ticket_pipeline_stage',
    'site_visit',
  ])
})

test('so does one called like a companion table of another custom one, unless it has a folder already', () => {
  const objects = ['vehicle', 'vehicle_contact', 'merged_vehicle'].map(customObject)
  expect(customTargets(objects).map(({ table }) => table)).toEqual([
    'p1_merged_vehicle',
    'p1_vehicle_contact',
    'vehicle',
  ])
  const known = new Map([['2-1', 'vehicle_contact']])
  expect(customTargets(objects, known).map(({ table }) => table)).toContain('vehicle_contact')
})

test('links never use the table of an object that was there first', () => {
  const object = exploreObject('vehicle_contact', '2-1', ['vehicle'])
  const vehicle = exploreObject('vehicle', '2-0', ['vehicle_contact'])
  const [links] = companions(vehicle)
  expect(links?.table).toMatch(/^vehicle_contact_[0-9a-f]{8}$/)
  expect(links?.columns.map(({ name }) => name).slice(0, 2)).toEqual(['vehicle_id', 'contact_id'])
  expect(findConflicts([object, vehicle])).toEqual([])
  const later = exploreObject('vehicle', '2-0', [], vehicle)
  expect(companionTableNames(later)).toEqual(companionTableNames(vehicle))
})

test('where both were generated, generate says how they come apart', () => {
  const object = exploreObject('vehicle_contact', '2-1', [])
  const vehicle = exploreObject('vehicle', '2-0', [])
  expect(findConflicts([object, vehicle])).toEqual([
    '`vehicle` needs a companion table `vehicle_contact`, but `vehicle_contact` has its records there; `hubgen explore vehicle` chooses another name',
  ])
  const again = exploreObject('vehicle', '2-0', ['vehicle_contact'], vehicle)
  expect(findConflicts([object, again])).toEqual([])
})
