import { expect, it } from 'vitest'
import type { Portal } from '../../generator/config/read-portals-file.ts'
import { findSharedDatabases } from '../../generator/project/portals/check-databases.ts'

function portal(name: string): Portal {
  return {
    name,
    portalId: 1,
    token: { kind: 'token', tokenFrom: 'TOKEN' },
    databaseFrom: name,
    folder: `/nowhere/${name}`,
    generated: null,
    schedule: { kind: 'every', seconds: 900 },
  }
}

async function areOne(one: string, other: string): Promise<boolean> {
  const portals = new Map(['ONE', 'OTHER'].map((name) => [name, portal(name)]))
  const file = { path: '/nowhere/hubgen.portals.ts', directory: '/nowhere', portals }
  const rest = { queueFrom: null, secrets: null, sliceSeconds: 600 }
  const found = await findSharedDatabases({ ...file, ...rest }, { ONE: one, OTHER: other })
  return found.length > 0
}

it.each([
  ['postgres://a@localhost/crm', 'postgres://b@127.0.0.1:5432/crm', true],
  ['postgres://a@localhost/crm', 'postgres:///crm?host=/var/run/postgresql&user=b', true],
  ['postgres:///crm?host=/run/postgresql/', 'postgres:///crm?host=/var/run/postgresql', true],
  ['postgres:///crm?host=/tmp&port=5433', 'postgres://a@[::1]:5433/crm', true],
  ['postgres:///crm?host=/tmp&port=5433', 'postgres://a@[::1]:5432/crm', false],
  ['postgres:///crm?host=/cloudsql/p:r:one', 'postgres:///crm?host=/cloudsql/p:r:two', false],
  ['postgres:///crm?host=/cloudsql/p:r:one', 'postgres://a@localhost/crm', false],
  ['postgres://a@ep-x-pooler.eu.aws.neon.tech/crm', 'postgres://a@ep-x.eu.aws.neon.tech/crm', true],
  ['postgres://a@ep-x.eu.aws.neon.tech/crm', 'postgres://a@ep-x.eu.aws.neon.tech/other', false],
])('%s and %s: one database is %s', async (one, other, expected) => {
  expect(await areOne(one, other)).toBe(expected)
})
