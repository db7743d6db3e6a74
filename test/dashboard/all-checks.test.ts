import { expect, test, vi } from 'vitest'
import { AllChecks } from '../../dashboard/all-checks.ts'
import { renderCheckProgress } from '../../dashboard/pages/all-actions.ts'
import { HubgenError } from '../../runtime/errors.ts'

const labels = new Map([['deals', '<img src=x>']])

test('one after another, and those that cannot be checked are named at the end', async () => {
  const gate = Promise.withResolvers<void>()
  const seen: string[] = []
  const checks = new AllChecks(
    async (entity) => {
      seen.push(entity)
      await gate.promise
      if (entity === 'deals') throw new HubgenError('TABLE_MISSING', 'no table', { fix: 'migrate' })
    },
    () => {},
  )
  expect(checks.progress).toBeNull()
  expect(checks.start(['deals', 'notes'])).toBe(true)
  expect(checks.start(['deals', 'notes'])).toBe(false)
  const html = String(await renderCheckProgress(checks.progress, labels))
  expect(html).toContain('Checking 1 of 2: <bdi>&lt;img src=x&gt;</bdi>')
  gate.resolve()
  await vi.waitFor(() => expect(checks.progress?.state).toBe('done'))
  expect(seen).toEqual(['deals', 'notes'])
  const end = String(await renderCheckProgress(checks.progress, labels))
  expect(end).toContain('1 entity could not be checked')
  expect(end).toContain('TABLE_MISSING: no table; fix: migrate')
  expect(checks.start([])).toBe(true)
})
