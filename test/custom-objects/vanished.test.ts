import { expect, test } from 'vitest'
import { createDatabase } from '../support/postgres.ts'
import { openProject } from '../support/project.ts'

test('a custom object that is gone leaves a sync of everything green, and status says what to do', async () => {
  await using database = await createDatabase()
  await using project = await openProject({ records: { deals: 5, vehicle: 4 } })
  project.environment['DATABASE_URL'] = database.url
  for (const args of [
    ['explore', 'deals', 'vehicle'],
    ['generate', '--all'],
    ['migrate'],
    ['sync', '--all'],
  ]) {
    const { exitCode, err } = await project.hubgen(...args)
    expect([args, exitCode, err]).toEqual([args, 0, ''])
  }
  project.simulator.store.archiveObjectType('2-39128401')
  const all = await project.hubgen('sync', '--all')
  expect(all.exitCode).toBe(0)
  expect(all.err).toBe('')
  expect(all.out).toContain(
    '! vehicle: the custom object of `vehicle` (2-39128401) is archived or deleted in HubSpot',
  )
  const [kept] = await database.query<{ rows: number }>(
    'SELECT count(*)::int AS rows FROM hubspot.vehicle',
  )
  expect(kept?.rows).toBeGreaterThan(0)
  const named = await project.hubgen('sync', 'vehicle')
  expect(named.exitCode).toBe(1)
  expect(named.err).toContain('error[OBJECT_TYPE_GONE]')
  const status = await project.hubgen('status')
  expect(status.out.replace(/\s+/g, ' ')).toContain('delete the folder of `vehicle`')
  expect(status.out).toContain('next: hubgen diff vehicle')
  project.simulator.store.restoreObjectType('2-39128401')
  expect(await project.hubgen('sync', '--all')).toMatchObject({ exitCode: 0, err: '' })
  expect((await project.hubgen('status')).out).toContain('all is well')
})
