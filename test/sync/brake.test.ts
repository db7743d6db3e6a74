import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findDoubts } from '../../runtime/monitoring/checks/find-doubts.ts'
import { propertyColumns } from '../../runtime/monitoring/checks/property-column.ts'
import { usualQuarantineBounds } from '../../runtime/monitoring/find-misfits.ts'
import { fewColumns, openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'

const DEALS = '0-3'
let portal: SyncPortal

beforeAll(async () => {
  portal = await openSyncPortal('deals', { records: { deals: 700 } }, fewColumns)
  await portal.sync()
})

afterAll(() => portal[Symbol.asyncDispose]())

function liveIds(): string[] {
  return [...portal.simulator.store.scan(DEALS, 0n, { archived: false })].map(({ id }) => id)
}

async function marked(): Promise<number> {
  const rows = await portal.database.query(
    `SELECT id FROM ${portal.entity.table} WHERE is_deleted AND _fivetran_deleted`,
  )
  return rows.length
}

async function waiting(): Promise<number> {
  return (await portal.database.query('SELECT record_id FROM hubgen.pending_read')).length
}

describe('a run that would mark much of a table as deleted', () => {
  let gone: string[]

  it('marks none, names examples, and continues with everything else', async () => {
    const { store } = portal.simulator
    const live = liveIds().length
    gone = liveIds().slice(0, 300)
    for (const id of gone) store.archive(DEALS, id)
    store.update(DEALS, liveIds()[0] ?? '', { dealname: 'changed meanwhile' })
    const report = await portal.sync()
    expect(report).toMatchObject({ outcome: 'partial', deleted: 0, updated: 1 })
    expect(await marked()).toBe(0)
    expect(report.error).toMatchObject({
      code: 'DELETES_BRAKED',
      fix: expect.stringContaining('hubgen sync deals --allow-deletes'),
    })
    expect(report.error?.message).toContain(`of the ${live} live rows`)
    const [kept] = await portal.database.query<{ error: string }>(
      'SELECT error FROM hubgen.run ORDER BY id DESC LIMIT 1',
    )
    expect(kept?.error).toContain('; check these records in HubSpot')
    expect(kept?.error).toContain('hubgen sync deals --allow-deletes')
    const links = report.error?.message.match(/https:\S+?(?=,|$)/g) ?? []
    expect(links).toHaveLength(3)
    for (const link of links) {
      const [, id = ''] =
        /^https:\/\/app-eu1\.hubspot\.com\/contacts\/8100142\/record\/0-3\/(\d+)$/.exec(link) ?? []
      expect(gone).toContain(id)
    }
    const passes = Object.fromEntries(report.passes.map(({ pass, outcome }) => [pass, outcome]))
    expect(passes).toMatchObject({ changes: 'completed', deletes: 'failed' })
  })

  it('does not look for them again, and asks by batches alone', async () => {
    const report = await portal.sync()
    expect(report.error).toMatchObject({ code: 'DELETES_BRAKED' })
    expect(report.calls).toBeLessThan(10)
    expect(await marked()).toBe(0)
    expect(await waiting()).toBe(300)
  })

  it('is what check fails for', async () => {
    const { connection, entity } = portal
    const findings = await findDoubts(
      connection,
      entity,
      propertyColumns(entity),
      usualQuarantineBounds,
    )
    expect(findings.filter(({ checkName }) => checkName === 'integrity')).toMatchObject([
      { records: liveIds().length + 300, failing: 300, exampleId: expect.stringMatching(/^\d+$/) },
    ])
  })

  it('does so in a full run as well, and in a repair', async () => {
    const full = await portal.sync({ full: true })
    expect(full).toMatchObject({ outcome: 'partial', deleted: 0 })
    expect(full.error).toMatchObject({ code: 'DELETES_BRAKED' })
    const repair = await portal.sync({ repair: [{ from: 0n, until: 10n ** 18n }] })
    expect(repair.error).toMatchObject({ code: 'DELETES_BRAKED' })
    expect(await marked()).toBe(0)
  })

  it('takes what comes back, and brakes for the rest', async () => {
    const { store } = portal.simulator
    for (const id of gone.slice(0, 50)) store.restore(DEALS, id)
    await portal.database.query(`DELETE FROM ${portal.entity.table} WHERE id = $1`, [gone[0]])
    const report = await portal.sync()
    expect(report.error).toMatchObject({ code: 'DELETES_BRAKED' })
    expect(await portal.row(gone[0] ?? '')).toMatchObject({ is_deleted: false })
    expect(await waiting()).toBe(250)
  })

  it('continues by itself when HubSpot shows them again', async () => {
    for (const id of gone.slice(50)) portal.simulator.store.restore(DEALS, id)
    expect(await portal.sync()).toMatchObject({ outcome: 'succeeded', deleted: 0 })
    expect(await waiting()).toBe(0)
    const { passes } = await portal.sync()
    expect(passes.find(({ pass }) => pass === 'deletes')?.calls).toBe(1)
  })

  it('marks them for the one who has looked, and counts each once', async () => {
    for (const id of gone) portal.simulator.store.purge(DEALS, id)
    expect(await portal.sync({ full: true, brake: false })).toMatchObject({
      outcome: 'succeeded',
      deleted: 300,
    })
    expect(await marked()).toBe(300)
    expect(await waiting()).toBe(0)
  })
})

describe('the bounds', () => {
  it('are both to be passed', async () => {
    const ids = liveIds()
    for (const id of ids.slice(0, 100)) portal.simulator.store.archive(DEALS, id)
    // A quarter of the table, but not more than a hundred.
    expect(await portal.sync()).toMatchObject({ outcome: 'succeeded', deleted: 100 })
  })

  it('hold for all passes of a run together, and are the caller’s', async () => {
    const ids = liveIds()
    for (const id of ids.slice(0, 5)) portal.simulator.store.archive(DEALS, id)
    const brake = { percent: 1, records: 4 }
    expect((await portal.sync({ brake })).error).toMatchObject({ code: 'DELETES_BRAKED' })
    expect((await portal.sync({ brake: { percent: 1 } })).error).toBeNull()
  })
})
