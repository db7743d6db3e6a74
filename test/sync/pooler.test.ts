import { expect, it } from 'vitest'
import { openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { beginRun } from '../../runtime/postgres/state/lease.ts'
import { pgBouncerMissing, startPgBouncer } from '../support/start-pgbouncer.ts'
import { fewColumns, openSyncPortal } from '../support/sync-portal.ts'

it.skipIf(pgBouncerMissing)(
  `everything goes through PgBouncer in transaction mode ${pgBouncerMissing ?? ''}`.trim(),
  async () => {
    await using portal = await openSyncPortal('tickets', { records: { tickets: 700 } }, fewColumns)
    await using pooler = await startPgBouncer(portal.database.url)
    const settings = readDatabaseSettings({ DATABASE_URL: pooler.url }, portal.directory)
    await using database = await openDatabase(settings)
    const { store } = portal.simulator

    const controller = new AbortController()
    const cancelled = await portal.sync({
      database,
      batchRows: 100,
      signal: controller.signal,
      onEvent: ({ type }) => {
        if (type === 'batch_written') controller.abort()
      },
    })
    expect(cancelled).toMatchObject({ outcome: 'cancelled', mode: 'full' })
    const full = await portal.sync({ database, batchRows: 100 })
    expect(full).toMatchObject({ outcome: 'succeeded', mode: 'full' })
    expect(cancelled.inserted + full.inserted).toBe(store.count('0-5'))

    const [first] = [...store.scan('0-5', 0n, { archived: false })].map(({ id }) => String(id))
    store.update('0-5', first ?? '', { subject: 'changed' })
    const incremental = await portal.sync({ database })
    expect(incremental).toMatchObject({ outcome: 'succeeded', mode: 'incremental', updated: 1 })

    const other = await beginRun(database, { entity: 'tickets', mode: 'full', portalId: 8100142 })
    await expect(portal.sync({ database })).rejects.toMatchObject({
      code: 'ENTITY_BUSY',
      message: expect.stringContaining(`run ${other.id},`),
    })

    // The pooler closes all connections; the lease is a row and outlasts them.
    await pooler.restart()
    await expect(portal.sync({ database })).rejects.toMatchObject({ code: 'ENTITY_BUSY' })
    await portal.database.query('UPDATE hubgen.lease SET expires_at = now()')
    let restarted: Promise<void> | null = null
    const through = await portal.sync({
      database,
      full: true,
      batchRows: 100,
      connect: {
        ...portal.connect,
        clock: { ...portal.clock, sleep: async () => restarted ?? undefined },
      },
      onEvent: ({ type }) => {
        if (type === 'batch_written') restarted ??= pooler.restart()
      },
    })
    await restarted
    expect(through).toMatchObject({ outcome: 'succeeded', error: null })
    expect(await portal.count()).toBe(store.count('0-5'))
  },
)
