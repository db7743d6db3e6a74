import { sql } from 'kysely'
import { beforeAll, expect, it } from 'vitest'
import { LazyQueue } from '../../generator/cli/dashboard/lazy-queue.ts'
import { queueSettings } from '../../generator/project/portals/queue-settings.ts'
import { openDatabase } from '../../runtime/postgres/connection/database.ts'
import { openQueueDatabase, seldom, serverSettings } from '../queue/open-queue.ts'
import { startDatabaseProxy } from '../support/database-proxy.ts'
import type { TestDatabase } from '../support/postgres.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await openQueueDatabase(['acme'])
  return () => database.close()
})

const open = (url: string, answerMs?: number) =>
  new LazyQueue(() => serverSettings(url), [seldom('acme')], answerMs)

it('says that the database is away, and answers when it is back', async () => {
  await using proxy = await startDatabaseProxy(database.url)
  await using queue = open(proxy.url)
  expect((await queue.read()).portals).toMatchObject([{ portal: 'acme', state: 'scheduled' }])
  proxy.cut()
  await expect(queue.read()).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' })
  await proxy.restore()
  // A connection that was cut may be met once more.
  await expect.poll(() => queue.read().catch(() => null)).toMatchObject({ workers: 0 })
})

it('says that the tables went away, or are those of somebody else', async () => {
  await using queue = open(database.url)
  await queue.read()
  await database.query('ALTER SCHEMA hubgen_queue RENAME TO kept')
  await expect(queue.read()).rejects.toMatchObject({ code: 'QUEUE_NOT_READY' })
  await database.query('CREATE SCHEMA hubgen_queue CREATE TABLE job (id integer)')
  await expect(queue.read()).rejects.toMatchObject({ code: 'TABLE_NOT_OURS' })
  await database.query('DROP SCHEMA hubgen_queue CASCADE')
  await database.query('ALTER SCHEMA kept RENAME TO hubgen_queue')
  expect((await queue.read()).portals).toHaveLength(1)
})

it('does not wait for an answer that does not come, and asks once', async () => {
  await using holder = await openDatabase(serverSettings(database.url))
  await using proxy = await startDatabaseProxy(database.url)
  await using queue = open(proxy.url, 1)
  const answered = Promise.withResolvers<void>()
  const held = Promise.withResolvers<void>()
  const holding = holder.kysely.transaction().execute(async (transaction) => {
    await sql`LOCK TABLE hubgen_queue.portal_summary`.execute(transaction)
    held.resolve()
    await answered.promise
  })
  await held.promise
  for (let reading = 0; reading < 5; reading += 1) {
    await expect(queue.read()).rejects.toThrow(/no answer from .* in 0\.001 s/)
  }
  // The connections of one pool.
  expect(proxy.opened).toBeLessThanOrEqual(4)
  answered.resolve()
  await holding
})

it('names the rights on its own tables that a role lacks', async () => {
  const role = `reader_${database.name}`
  await database.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x';
    GRANT USAGE ON SCHEMA hubgen_queue TO ${role}`)
  const url = new URL(database.url)
  url.username = role
  url.password = 'x'
  const file = {
    path: 'hubgen.portals.ts',
    directory: '/nowhere',
    portals: new Map(),
    queueFrom: 'QUEUE',
    secrets: null,
    sliceSeconds: 600,
  }
  const settings = () => queueSettings(file, { QUEUE: url.href })
  await using queue = new LazyQueue(settings, [seldom('acme')])
  await expect(queue.read()).rejects.toMatchObject({
    code: 'DATABASE_PERMISSION_DENIED',
    fix: expect.stringMatching(
      /ALL TABLES IN SCHEMA hubgen_queue TO .*the role that ran `hubgen portals apply` first/,
    ),
  })
  await database.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
})
