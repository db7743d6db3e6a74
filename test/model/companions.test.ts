import { expect, test } from 'vitest'
import type { Analysis, Association } from '../../generator/model/analysis.ts'
import { companions, companionsOf } from '../../generator/model/companions.ts'
import { findForeignAssociations } from '../../generator/model/linked-entities.ts'

const type = { category: 'USER_DEFINED', typeId: 7, label: null }
const linked = (entity: string, objectTypeId: string): Association => ({
  entity,
  objectTypeId,
  types: [type],
})

function analysis(
  entity: string,
  table: string,
  id: string,
  associations: Association[],
): Analysis {
  return {
    entity,
    table,
    objectType: { id, name: entity, singularLabel: table, pluralLabel: entity, custom: false },
    portal: null,
    keyProperty: null,
    createdProperty: null,
    modifiedProperty: 'hs_lastmodifieddate',
    groups: [],
    properties: [],
    skipped: [],
    pipelines: [],
    associations,
    sampledRecords: null,
  }
}

const contacts = linked('contacts', '0-1')
const companies = linked('companies', '0-2')
const deals = linked('deals', '0-3')
const tickets = linked('tickets', '0-5')
const lineItems = linked('line_items', '0-8')
const notes = linked('notes', '0-46')
const vehicle = linked('vehicle', '2-77')
const garage = linked('garage', '2-100')
const tablesOf = (of: Analysis) => companionsOf(of, 'associations').map(({ table }) => table)

test('of each pair exactly one side has the table, in the direction that Fivetran gives it', () => {
  const all = [contacts, companies, deals, tickets, lineItems, notes, vehicle, garage]
  const tables: Readonly<Record<string, string>> = {
    contacts: 'contact',
    companies: 'company',
    deals: 'deal',
    tickets: 'ticket',
    line_items: 'line_item',
    notes: 'note',
  }
  const analyses = all.map(({ entity, objectTypeId }) =>
    analysis(entity, tables[entity] ?? entity, objectTypeId, [...all]),
  )
  const own = analyses.flatMap(tablesOf)
  expect(own).toHaveLength((all.length * (all.length - 1)) / 2 + all.length)
  expect(own).toEqual(
    expect.arrayContaining([
      ...['contact_company', 'deal_company', 'deal_contact', 'ticket_deal', 'line_item_deal'],
      ...['company_company', 'note_contact', 'vehicle_contact', 'garage_vehicle'],
    ]),
  )
  const foreign = analyses.flatMap(findForeignAssociations).map(({ table }) => table)
  expect(foreign.toSorted()).toEqual(own.filter((table) => !isOfItself(table, analyses)).toSorted())
})

const isOfItself = (table: string, analyses: readonly Analysis[]) =>
  analyses.some((one) => table === `${one.table}_${one.table}`)

test('both ids of a link have a column, of the same entity and of one called `type` too', () => {
  const columns = (of: Analysis) =>
    companionsOf(of, 'associations').map(({ syncFact }) => [syncFact.fromColumn, syncFact.toColumn])
  expect(columns(analysis('companies', 'company', '0-2', [companies]))).toEqual([
    ['company_id', 'associated_company_id'],
  ])
  expect(columns(analysis('type', 'type', '2-5', [contacts]))).toEqual([
    ['type_record_id', 'contact_id'],
  ])
})

test('names over 63 bytes are cut and stay apart', () => {
  const long = 'n'.repeat(50)
  const tables = companions({
    ...analysis(long, long, '2-9', [linked('feedback_submissions', '0-19'), notes]),
    history: ['a'],
    pipelines: [{ id: 'p', label: 'P', stages: [] }],
  })
  const names = tables.flatMap(({ table, columns, indexes }) => [
    [table],
    columns.map(({ name }) => name),
    indexes.map(({ name }) => name),
  ])
  for (const group of names) {
    expect(new Set(group).size).toBe(group.length)
    for (const name of group) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63)
  }
  expect(new Set(tables.map(({ table }) => table)).size).toBe(5)
})
