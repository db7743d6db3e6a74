import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Entity } from '../../../runtime/entity.ts'
import { calculated } from '../../../runtime/sync/passes/calculated.ts'
import { bigint } from '../../../runtime/values/bigint.ts'
import { text } from '../../../runtime/values/text.ts'
import { runPass } from '../../support/run-pass.ts'
import { fewColumns, openSyncPortal, type SyncPortal } from '../../support/sync-portal.ts'

const deals = '0-3'
const count = 'num_associated_contacts'
const column = `property_${count}`

let portal: SyncPortal
let entity: Entity

beforeAll(async () => {
  portal = await openSyncPortal('deals', { records: { deals: 350 } }, fewColumns)
  entity = { ...portal.entity, calculated: [column] }
  await portal.sync()
})

beforeEach(() => portal.simulator.faults.clear())

afterAll(() => portal[Symbol.asyncDispose]())

function liveIds(): string[] {
  const records = portal.simulator.store.scan(deals, 0n, { archived: false })
  return [...records].map(({ id }) => id)
}

function someId(): string {
  return liveIds()[100] ?? ''
}

function setSilently(id: string, value: string): void {
  portal.simulator.store.update(deals, id, { [count]: value }, { silently: true })
}

describe('calculated properties', () => {
  it('are read by batches of 100, and rows that are equal stay as they are', async () => {
    const { counts, calls, position } = await runPass(portal, calculated, { entity })
    expect(calls).toBe(Math.ceil(liveIds().length / 100))
    expect(counts).toMatchObject({ read: liveIds().length, updated: 0 })
    expect(position).toEqual({ last: liveIds().at(-1) })
  })

  it('are written where they changed, without moving what HubSpot did not move', async () => {
    const id = someId()
    const before = await portal.row(id)
    setSilently(id, '4711')
    const { counts } = await runPass(portal, calculated, { entity })
    expect(counts).toMatchObject({ updated: 1 })
    const after = await portal.row(id)
    expect(after).toMatchObject({ [column]: '4711', updated_at: before?.['updated_at'] })
    const others = ({ [column]: _, _fivetran_synced: __, ...rest }: Record<string, unknown>) => rest
    expect(others(after ?? {})).toEqual(others(before ?? {}))
    expect(Number(after?.['_fivetran_synced'])).toBeGreaterThan(
      Number(before?.['_fivetran_synced']),
    )
  })

  it('leave a row alone that is newer than what was read, and one that is deleted', async () => {
    const [newer = '', deleted = ''] = liveIds().slice(50)
    setSilently(newer, '17')
    setSilently(deleted, '17')
    await portal.database.query(
      `UPDATE hubspot.deal SET updated_at = updated_at + interval '1 second' WHERE id = ${newer}`,
    )
    await portal.database.query(`UPDATE hubspot.deal SET is_deleted = true WHERE id = ${deleted}`)
    const { counts } = await runPass(portal, calculated, { entity })
    expect(counts).toMatchObject({ read: liveIds().length - 1, updated: 0 })
    await portal.database.query('UPDATE hubspot.deal SET is_deleted = false')
  })

  it('that do not fit their column are quarantined, and released when they fit again', async () => {
    const id = someId()
    const quarantine = () =>
      portal.database.query(
        `SELECT record_id, property, raw_value, reason FROM hubgen.quarantine WHERE record_id = '${id}'`,
      )
    await portal.database.query(`INSERT INTO hubgen.quarantine
      (entity, record_id, property, raw_value, reason, run_id)
      VALUES ('deals', '${id}', 'closedate', 'x', 'not_a_datetime', (SELECT max(id) FROM hubgen.run))`)
    setSilently(id, 'many')
    const { events } = await runPass(portal, calculated, { entity })
    expect(await portal.row(id)).toMatchObject({ [column]: null })
    expect(await quarantine()).toContainEqual({
      record_id: id,
      property: count,
      raw_value: 'many',
      reason: 'not_a_number',
    })
    expect(events).toContainEqual({
      type: 'value_rejected',
      recordId: id,
      property: count,
      reason: 'not_a_number',
    })
    setSilently(id, '5')
    await runPass(portal, calculated, { entity })
    expect(await portal.row(id)).toMatchObject({ [column]: '5' })
    // Rejects of another property are not its business.
    expect(await quarantine()).toMatchObject([{ property: 'closedate' }])
  })

  it('resume where they were interrupted', async () => {
    const ids = liveIds()
    setSilently(ids[0] ?? '', '61')
    setSilently(ids.at(-1) ?? '', '62')
    const { counts, calls } = await runPass(portal, calculated, {
      entity,
      position: { last: ids[199] },
    })
    expect(calls).toBe(Math.ceil((ids.length - 200) / 100))
    expect(counts).toMatchObject({ read: ids.length - 200, updated: 1 })
  })

  it('survive faults of HubSpot and records that vanish meanwhile', async () => {
    const { faults, store } = portal.simulator
    const ids = liveIds()
    faults.add({ kind: 'html_502', route: 'batch_read', after: 1 })
    faults.add({ kind: 'html_524', route: 'batch_read', after: 2, times: 2 })
    setSilently(ids[10] ?? '', '71')
    store.purge(deals, ids[11] ?? '')
    const { counts } = await runPass(portal, calculated, { entity })
    expect(counts.read).toBe(ids.length - 1)
    expect(await portal.row(ids[10] ?? '')).toMatchObject({ [column]: '71' })
  })

  it('need no call where an entity has none', async () => {
    expect(await runPass(portal, calculated)).toMatchObject({ calls: 0, counts: {} })
  })

  it('share the column `overflow` with others, which stay', async () => {
    await portal.database.query(
      `ALTER TABLE hubspot.deal ADD COLUMN overflow jsonb NOT NULL DEFAULT '{"mine":"stays","${count}":"1"}'`,
    )
    const shared: Entity = {
      ...entity,
      overflow: {
        properties: { [count]: bigint(count), dealname: text('dealname') },
        archived: [],
      },
      calculated: [count],
    }
    const [one = '', none = ''] = liveIds()
    setSilently(one, '9007199254740993')
    setSilently(none, '')
    await runPass(portal, calculated, { entity: shared })
    expect((await portal.row(one))?.['overflow']).toEqual({
      mine: 'stays',
      [count]: '9007199254740993',
    })
    expect((await portal.row(none))?.['overflow']).toEqual({ mine: 'stays' })
    expect(await runPass(portal, calculated, { entity: shared })).toMatchObject({
      counts: { updated: 0 },
    })
  })
})
