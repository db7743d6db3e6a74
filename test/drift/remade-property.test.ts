import { expect, test } from 'vitest'
import { createDatabase } from '../support/postgres.ts'
import { newProperty, openProject } from '../support/project.ts'

const DEALS = '0-3'

test('a property that was deleted and made again is drift, and its column is read again in full', async () => {
  await using database = await createDatabase()
  await using project = await openProject({ records: { deals: 5 } })
  project.environment['DATABASE_URL'] = database.url
  const { store } = project.simulator
  const made = { name: 'risk', label: 'Risk', type: 'string', createdAt: '2026-01-02T08:00:00Z' }
  const { hubspotDefined: _, ...property } = newProperty(project.simulator, DEALS, made)
  store.addProperty(DEALS, property)
  const [id = ''] = [...store.scan(DEALS, 0n, { archived: false })].map((one) => one.id)
  store.update(DEALS, id, { risk: 'of the first one' })
  const run = async (...args: readonly string[]) => {
    const { exitCode, out, err } = await project.hubgen(...args)
    expect([args, exitCode, err]).toEqual([args, 0, ''])
    return out
  }
  const risk = async () => {
    const found = await database.query<{ risk: string | null }>(
      'SELECT property_risk AS risk FROM hubspot.deal WHERE id = $1',
      [id],
    )
    return found[0]?.risk
  }
  for (const args of [['explore', 'deals'], ['generate', 'deals'], ['migrate'], ['sync', 'deals']])
    await run(...args)
  expect(await risk()).toBe('of the first one')

  store.remakeProperty(DEALS, 'risk')
  store.update(DEALS, id, { risk: null }, { silently: true })
  await run('sync', 'deals')
  expect(await risk()).toBe('of the first one')
  const told = 'property "Risk" (risk, string) was deleted and made again in HubSpot'
  const diff = await project.hubgen('diff', 'deals')
  expect(diff.exitCode).toBe(1)
  expect(diff.out).toContain('1 schema change')
  expect(diff.out.replace(/\s+/g, ' ')).toContain(told)
  expect((await run('explore', 'deals')).replace(/\s+/g, ' ')).toContain(told)
  expect(await run('generate', 'deals')).not.toContain('migrations/')
  expect(await run('sync', 'deals', '--verbose')).toContain(
    'new since the last full sync: `property_risk`',
  )
  expect(await risk()).toBeNull()
  expect(await run('sync', 'deals', '--verbose')).not.toContain('full sync')
  expect(await run('explore', 'deals')).toContain('(unchanged)')
})
