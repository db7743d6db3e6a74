import { expect, test } from 'vitest'
import { retypeColumn } from '../../generator/model/retype-column.ts'
import type { Entity } from '../../runtime/entity.ts'
import { migrateWithLabels } from '../../runtime/postgres/schema/migrate.ts'
import { syncEntity } from '../../runtime/sync/sync-entity.ts'
import { bigint } from '../../runtime/values/bigint.ts'
import { creationOf, labelsOf, migrationsTo } from '../support/migration-cases.ts'
import { openSyncPortal } from '../support/sync-portal.ts'

test('a property that got another type fills both columns, and the view has it at once', async () => {
  await using portal = await openSyncPortal('deals', { records: { deals: 60 } })
  const { analysis, connection, database, directory, simulator, connect } = portal
  await portal.sync()
  const before = await database.query(
    'SELECT id, property_amount, property_dealname FROM hubspot.deal ORDER BY id',
  )

  const properties = analysis.properties.map((property) =>
    ['amount', 'dealname'].includes(property.name)
      ? retypeColumn(property, 'bigint', 'Chosen.', new Set())
      : property,
  )
  const files = creationOf(analysis)
  const retyped = { ...analysis, properties }
  const all = [...files, ...migrationsTo(retyped, files)]
  await migrateWithLabels(connection, all, [labelsOf(retyped)])
  const wholeAmounts = () =>
    database.query(`SELECT id, trunc(property_amount) AS property_amount FROM hubspot.deal
      WHERE property_amount = trunc(property_amount) ORDER BY id`)
  const viewed = () =>
    database.query(`SELECT id, property_amount FROM hubspot.deal_current
      WHERE property_amount IS NOT NULL ORDER BY id`)
  expect(await viewed()).toEqual(await wholeAmounts())

  const entity = {
    ...portal.entity,
    properties: {
      ...portal.entity.properties,
      property_amount__bigint: bigint('amount'),
      property_dealname__bigint: bigint('dealname'),
    },
  } as Entity
  const hubspot = { baseUrl: simulator.url, token: simulator.token, apiVersion: '2026-09' }
  await syncEntity(entity, { directory, hubspot, database: connection, connect })
  expect(
    await database.query(
      'SELECT id, property_amount, property_dealname FROM hubspot.deal ORDER BY id',
    ),
  ).toEqual(before)
  expect(
    await database.query(`SELECT id, property_amount__bigint AS property_amount FROM hubspot.deal
      WHERE property_amount__bigint IS NOT NULL ORDER BY id`),
  ).toEqual(await wholeAmounts())
  expect(await viewed()).toEqual(await wholeAmounts())

  const [names] = await database.query(`SELECT count(*)::int AS filled FROM hubspot.deal
    WHERE property_dealname !~ '^\\d+$'`)
  const [rejected] = await database.query(`SELECT count(*)::int AS filled FROM hubgen.quarantine
    WHERE property = 'dealname' AND entity = 'deals'`)
  expect(rejected).toEqual(names)
  expect(names).not.toEqual({ filled: 0 })
})
