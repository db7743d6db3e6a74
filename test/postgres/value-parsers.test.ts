import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { openSyncPortal } from '../support/sync-portal.ts'

test('a program that reads bigint and times its own way everywhere gets the same copy', async () => {
  const { builtins, getTypeParser, setTypeParser } = pg.types
  const { INT8, NUMERIC, TIMESTAMPTZ, DATE, JSON: json, JSONB } = builtins
  for (const oid of [INT8, NUMERIC, TIMESTAMPTZ, DATE, json, JSONB]) {
    const usual = getTypeParser(oid)
    onTestFinished(() => setTypeParser(oid, usual))
    setTypeParser(oid, (text) => (oid === INT8 || oid === NUMERIC ? Number(text) : `own ${text}`))
  }
  await using portal = await openSyncPortal('deals', { records: { deals: 40 } })
  expect(await portal.sync()).toMatchObject({ outcome: 'succeeded', inserted: 40 })
  const { store } = portal.simulator
  const [first] = [...store.scan('0-3', 0n, { archived: false })]
  store.update('0-3', first?.id ?? '', { dealname: 'changed' })
  expect(await portal.sync()).toMatchObject({ outcome: 'succeeded', updated: 1 })
})
