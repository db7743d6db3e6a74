import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { joinDatabase } from '../../runtime/sync/shared-database.ts'
import { syncEntity } from '../../runtime/sync/sync-entity.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { fewColumns, openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'

describe('runs of one process', () => {
  let portal: SyncPortal

  beforeAll(async () => {
    portal = await openSyncPortal(
      'tickets',
      {
        records: { tickets: 1_500 },
        limits: { burst: 190 },
      },
      fewColumns,
    )
  })

  afterAll(() => portal[Symbol.asyncDispose]())

  it('share the limit: side by side they meet no refusal', async () => {
    const { baseUrl, token } = { baseUrl: portal.simulator.url, token: portal.simulator.token }
    const hubspot = { baseUrl, token, apiVersion: '2026-09' }
    const { connection: database, directory } = portal
    // Three names: one entity has one run at a time.
    const reports = await Promise.all(
      ['tickets', 'more_tickets', 'tickets_again'].map((entity) =>
        syncEntity(
          { ...portal.entity, name: entity },
          { hubspot, connect: {}, limit: 400, batchRows: 100, database, directory },
        ),
      ),
    )
    expect(reports.map(({ outcome, retries }) => [outcome, retries])).toEqual([
      ['succeeded', 0],
      ['succeeded', 0],
      ['succeeded', 0],
    ])
    expect(reports.reduce((sum, { inserted }) => sum + inserted, 0)).toBe(400)
    expect(await portal.count()).toBe(400)
  })
})

describe('a database that runs share', () => {
  let server: TestDatabase

  beforeAll(async () => {
    server = await createDatabase()
  })

  afterAll(() => server.close())

  const settings = () => readDatabaseSettings({ DATABASE_URL: server.url }, '.')

  async function answers({ kysely }: Database): Promise<boolean> {
    return kysely
      .selectNoFrom(({ lit }) => lit(1).as('one'))
      .executeTakeFirst()
      .then(
        () => true,
        () => false,
      )
  }

  it('is one, open until the last run leaves', async () => {
    const [first, second] = await Promise.all([joinDatabase(settings()), joinDatabase(settings())])
    expect(second.database).toBe(first.database)
    await first.leave()
    expect(await answers(second.database)).toBe(true)
    await second.leave()
    expect(await answers(second.database)).toBe(false)
  })

  it('is opened again after that', async () => {
    const third = await joinDatabase(settings())
    expect(await answers(third.database)).toBe(true)
    await third.leave()
  })

  it('is another one for other settings', async () => {
    await using other = await createDatabase()
    const ours = await joinDatabase(settings())
    const theirs = await joinDatabase(readDatabaseSettings({ DATABASE_URL: other.url }, '.'))
    expect(theirs.database).not.toBe(ours.database)
    await ours.leave()
    await theirs.leave()
  })

  it('that cannot be opened fails for all, and is tried again', async () => {
    const { hostname, port } = new URL(server.url)
    const nowhere = readDatabaseSettings(
      { DATABASE_URL: `postgres://nobody:wrong@${hostname}:${port}/nothing_here` },
      '.',
    )
    const both = await Promise.allSettled([joinDatabase(nowhere), joinDatabase(nowhere)])
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await expect(joinDatabase(nowhere)).rejects.toThrow()
  })
})
