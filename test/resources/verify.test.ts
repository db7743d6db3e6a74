import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectHubSpot } from '../../runtime/hubspot/client/client.ts'
import type { Resource } from '../../runtime/resources/resource.ts'
import { type ResourceTable, resourceTables } from '../../runtime/resources/resource-tables.ts'
import { findResource, resources } from '../../runtime/resources/resources.ts'
import type { Difference } from '../../runtime/sync/verify/classify-difference.ts'
import { type VerifyOptions, verifyEntity } from '../../runtime/sync/verify/verify-entity.ts'
import { openResourcePortal, type ResourcePortal } from '../support/resource-portal.ts'

let portal: ResourcePortal

beforeAll(async () => {
  portal = await openResourcePortal()
  const row = { recordId: '41', membershipTimestamp: '2026-01-02T03:04:05Z' }
  portal.simulator.resources.put('list_member', '41', row, '1121')
  for (const { name } of resources) {
    expect(await portal.sync(name)).toMatchObject({ error: null, outcome: 'succeeded' })
  }
})

afterAll(() => portal[Symbol.asyncDispose]())

/** The report, and its differences as sorted text. */
async function verify(name: string, options: VerifyOptions = { values: 'all' }) {
  const { simulator, connect } = portal
  const settings = { baseUrl: simulator.url, token: simulator.token, apiVersion: '2026-09' }
  const hubspot = connectHubSpot(settings, connect)
  const found: Difference[] = []
  const onDifference = (difference: Difference) => found.push(difference)
  const entity = portal.entity(name)
  const report = await verifyEntity(entity, hubspot, portal.connection, {
    ...options,
    onDifference,
  })
  const differences = found
    .map(({ id, kind, reason, columns = [] }) => [id, kind, reason, ...columns].join(' '))
    .toSorted()
  return { ...report, named: differences }
}

function keyText(key: readonly string[]): string {
  return `concat_ws('/', ${key.map((column) => `"${column}"`).join(', ')})`
}

async function idsOf({ name, key }: Pick<ResourceTable, 'name' | 'key'>): Promise<string[]> {
  const rows = await portal.database.query<{ id: string }>(
    `SELECT ${keyText(key)} AS id FROM hubspot.${name} ORDER BY 1`,
  )
  return rows.map(({ id }) => id)
}

function oddFor(type: string): string {
  return { text: "'broken'", timestamptz: "'1999-01-01Z'", boolean: 'NULL' }[type] ?? '99'
}

interface Broken {
  /** In the words of `verify`. */
  readonly named: readonly string[]
  readonly unserved: number
}

/** Breaks as many rows as there are, each in its own way. */
async function breakRows(resource: Resource): Promise<Broken> {
  const { name, deletes, statistics = [] } = resource
  const [own, ...children] = resourceTables(resource)
  if (own === undefined) throw new Error(name)
  const { key } = own
  const [changed, missing, deleted] = (await idsOf(own)).filter((_, index) => index < 3)
  const named: string[] = []
  const break_ = (sql: string, id?: string) =>
    portal.database.query(`${sql} WHERE ${keyText(key)} = $1`, [id ?? ''])
  const value = own.columns.find(
    (one) =>
      !key.includes(one.name) &&
      one.pointer !== null &&
      !['jsonb', 'date', ...statistics].includes(one.type) &&
      !statistics.includes(one.name),
  )
  if (value !== undefined && changed !== undefined) {
    await break_(`UPDATE hubspot.${name} SET "${value.name}" = ${oddFor(value.type)}`, changed)
    named.push(`${changed} value unexplained ${value.name}`)
  }
  if (missing !== undefined) {
    await break_(`DELETE FROM hubspot.${name}`, missing)
    named.push(`${missing} missing never_seen`)
    for (const child of children) {
      for (const id of await idsOf(child)) {
        if (!id.startsWith(missing)) continue
        named.push(`${id} extra purged ${child.name}`)
      }
    }
  }
  if (deleted !== undefined && deletes !== 'never') {
    await break_(`UPDATE hubspot.${name} SET _fivetran_deleted = true`, deleted)
    named.push(`${deleted} missing restored`)
    for (const child of children) {
      for (const id of await idsOf(child)) {
        if (!id.startsWith(deleted)) continue
        named.push(`${id} extra purged ${child.name}`)
      }
    }
  }
  const invented = await invent(own)
  if (deletes !== 'never') named.push(`${invented} extra purged`)
  return { named, unserved: deletes === 'never' ? 1 : 0 }
}

/** Adds a row that HubSpot does not have, below a parent that it has. */
async function invent({ name, key, columns }: ResourceTable): Promise<string> {
  const column = key.at(-1) ?? ''
  const isText = columns.find((one) => one.name === column)?.type === 'text'
  const rest = columns.filter((one) => one.name !== column).map((one) => `"${one.name}"`)
  const [row] = await portal.database.query<{ id: string }>(
    `INSERT INTO hubspot.${name} (${[`"${column}"`, 'portal_id', '_fivetran_synced', ...rest].join(', ')})
      SELECT ${[isText ? "'invented'" : '424242', 'portal_id', 'now()', ...rest].join(', ')}
      FROM hubspot.${name} LIMIT 1 RETURNING ${keyText(key)} AS id`,
  )
  return row?.id ?? ''
}

describe.each(resources)('$name', (resource) => {
  const { name, deletes } = resource

  test('a copy that is right is equal; each broken row is named, and a repair corrects them', async () => {
    const whole = await verify(name)
    expect(whole).toMatchObject({ total: 0, unread: 0, unserved: 0, recounted: 0, by: 'values' })
    expect(whole.compared).toEqual({ values: whole.records, links: 0, left: [] })
    expect(whole.records).toBeGreaterThan(0)
    const { named, unserved } = await breakRows(resource)
    const report = await verify(name)
    expect(report.named).toEqual(named.toSorted())
    expect(report).toMatchObject({ total: named.length, unserved })
    await portal.sync(name, { repair: report.spans, brake: false })
    expect(await verify(name)).toMatchObject({ named: [], unserved })
    if (deletes === 'never') {
      await portal.database.query(`DELETE FROM hubspot.${name} WHERE
        ${keyText(resource.key)} = 'invented'`)
    }
  })
})

test.each(['form', 'marketing_campaign_total', 'marketing_email', 'email_event'])(
  'child tables of %s: a changed, a missing and an invented row are named',
  async (name) => {
    const found = findResource(name)
    const [own, ...children] = found === undefined ? [] : resourceTables(found)
    const columns = new Map<string, string[]>()
    const orphans: string[] = []
    const broken = (id: string, column: string) => {
      const row = id.split('/').slice(0, own?.key.length).join('/')
      columns.set(row, [...(columns.get(row) ?? []), column])
    }
    for (const child of children) {
      const of = `hubspot.${child.name}`
      const ids = await idsOf(child)
      const [changed, missing] = [ids[0], ids.at(-1)]
      const value = child.columns.find((one) => !child.key.includes(one.name))
      if (changed === undefined || missing === undefined || missing === changed) continue
      if (value !== undefined) {
        await portal.database.query(
          `UPDATE ${of} SET "${value.name}" = ${oddFor(value.type)} WHERE ${keyText(child.key)} = $1`,
          [changed],
        )
        broken(changed, `${child.name}.${value.name}`)
      }
      await portal.database.query(`DELETE FROM ${of} WHERE ${keyText(child.key)} = $1`, [missing])
      broken(missing, child.name)
      await portal.database.query(
        `INSERT INTO ${of} ("${child.key.join('", "')}", _fivetran_synced)
        VALUES (${child.key.map(() => "'77'").join(', ')}, now())`,
      )
      orphans.push(`${child.key.map(() => '77').join('/')} extra purged ${child.name}`)
    }
    const values = [...columns].map(([id, some]) => `${id} value unexplained ${some.join(' ')}`)
    expect(values.length).toBeGreaterThan(0)
    expect((await verify(name)).named).toEqual([...values, ...orphans].toSorted())
  },
)

test('statistics that HubSpot counts on, and rows without their details, are no difference', async () => {
  await portal.database.query('UPDATE hubspot.email_campaign SET num_included = 1')
  const campaigns = await verify('email_campaign')
  expect(campaigns).toMatchObject({ total: 0, recounted: campaigns.records })
  await portal.database.query("UPDATE hubspot.flow SET definition = '{}'")
  const flows = await verify('flow', {})
  expect(flows).toMatchObject({ total: 0, compared: { values: 0 } })
  expect((await verify('flow')).total).toBe(flows.records)
})

test('what the key may not read is not compared, and the report says so', async () => {
  portal.simulator.faults.add({ kind: 'forbidden_403', route: 'memberships', times: 100 })
  const report = await verify('contact_list_member')
  portal.simulator.faults.clear()
  expect(report).toMatchObject({
    total: 0,
    compared: { left: [{ subject: 'contact_list_member', why: expect.any(String) }] },
  })
})

test('changes since the last read are reported as such', async () => {
  const later = '2030-01-01T00:00:00Z'
  const { simulator } = portal
  simulator.resources.patch('form', simulator.resources.list('form')[0]?.key ?? '', {
    ...{ name: 'Changed since', updatedAt: later },
  })
  const row = { recordId: '990', membershipTimestamp: later }
  simulator.resources.put('list_member', '990', row, '1121')
  expect((await verify('list_member')).differences.missing).toEqual({ created_since: 1 })
  expect((await verify('form')).differences.value).toMatchObject({ changed_since: 1 })
})

test('verify names the pairs of object types that the key may not read', async () => {
  portal.simulator.faults.add({ kind: 'forbidden_403', route: 'labels', times: 1 })
  const report = await verify('association_type')
  portal.simulator.faults.clear()
  expect(report).toMatchObject({ named: [], compared: { left: [{ subject: '0-1/0-1' }] } })
})

test('verify names the pairs of an object type that the portal no longer has', async () => {
  portal.simulator.store.archiveObjectType('2-39128401')
  const report = await verify('association_type')
  portal.simulator.store.restoreObjectType('2-39128401')
  expect(report.named).toEqual([])
  // Other pairs of it have no rows.
  const left = report.compared.left.map(({ subject }) => subject)
  expect(left).toEqual(['0-1/2-39128401', '2-39128401/0-1'])
})
