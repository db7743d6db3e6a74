import '../support/vitest/property-seed.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Entity, PropertyCodec } from '../../runtime/entity.ts'
import { syncEntity } from '../../runtime/sync/sync-entity.ts'
import type { SyncOptions } from '../../runtime/sync/sync-options.ts'
import { fewColumns, openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'

const deals = '0-3'
const names = ['amount', 'dealname', 'num_associated_contacts'] as const
type Name = (typeof names)[number]

let portal: SyncPortal

beforeAll(async () => {
  portal = await openSyncPortal('deals', { records: { deals: 110 } }, fewColumns)
})

afterAll(() => portal[Symbol.asyncDispose]())

/** The more frequent ones come more than once. */
const kinds = [
  ...(['withhold', 'withhold', 'grant', 'exclude', 'include', 'day', 'full', 'kill'] as const),
  ...(['set', 'set', 'sync', 'sync', 'sync', 'set silently', 'set silently'] as const),
]

interface Step {
  readonly kind: (typeof kinds)[number]
  readonly name: Name
  readonly place: number
  readonly value: string | null
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(...kinds),
  name: fc.constantFrom('amount', ...names),
  place: fc.nat(11),
  value: fc.oneof(fc.constant(null), fc.nat(9999).map(String)),
})

/** A portal that answers less at times, and generated files that ask for less. */
class World {
  readonly excluded = new Set<Name>()

  entity(): Entity {
    const all = Object.entries<PropertyCodec>(portal.entity.properties)
    const kept = all.filter(
      ([, { property }]) => ![...this.excluded].some((name) => name === property),
    )
    const properties = Object.fromEntries(kept)
    const calculated = this.excluded.has('num_associated_contacts')
      ? []
      : ['property_num_associated_contacts']
    return { ...portal.entity, properties, calculated }
  }

  sync(options: SyncOptions = {}) {
    const { simulator, directory, connection: database, connect } = portal
    const hubspot = { baseUrl: simulator.url, token: simulator.token, apiVersion: '2026-09' }
    return syncEntity(this.entity(), {
      directory,
      hubspot,
      database,
      connect,
      batchRows: 30,
      ...options,
    })
  }

  async kill(place: number): Promise<void> {
    const cancel = new AbortController()
    let left = place
    const onEvent = () => {
      if (left-- === 0) cancel.abort(new Error('enough'))
    }
    await this.sync({ signal: cancel.signal, onEvent, full: place % 3 === 0 }).catch(() => {})
  }

  async day(): Promise<void> {
    await portal.database.query(`UPDATE hubgen.pass SET begun_at = begun_at - interval '25 hours',
      finished_at = finished_at - interval '25 hours', fresh_as_of = fresh_as_of - interval '25 hours'`)
  }

  private async isUnread(name: Name): Promise<boolean> {
    if (name === 'num_associated_contacts') return true
    const rows = await portal.database.query(
      `SELECT FROM hubgen.pass WHERE pass = 'records' AND NOT EXISTS (
         SELECT FROM unnest(reads) AS word WHERE word LIKE '% of ' || $1)`,
      [name],
    )
    return rows.length > 0
  }

  async take({ kind, name, place, value }: Step): Promise<void> {
    const { simulator } = portal
    const ids = [...simulator.store.scan(deals, 0n, { archived: false })].map(({ id }) => id)
    const id = ids[place % ids.length] ?? ''
    switch (kind) {
      case 'withhold':
        return simulator.withhold(deals, name)
      case 'grant':
        return simulator.grant(deals, name)
      case 'exclude':
        return void this.excluded.add(name)
      case 'include':
        return void this.excluded.delete(name)
      case 'set':
        return simulator.store.update(deals, id, { [name]: value })
      case 'set silently':
        // Without a stamp a change is only visible in calculated values, and in records that a run did not
        // read.
        if (!(await this.isUnread(name))) return
        return simulator.store.update(deals, id, { [name]: value }, { silently: true })
      case 'sync':
        return void (await this.sync())
      case 'full':
        return void (await this.sync({ full: true }))
      case 'day':
        return this.day()
      case 'kill':
        return this.kill(place)
    }
  }

  async expectRight(steps: readonly Step[]): Promise<void> {
    for (const name of names) portal.simulator.grant(deals, name)
    this.excluded.clear()
    await this.day()
    await this.sync()
    const live = [...portal.simulator.store.scan(deals, 0n, { archived: false })]
    for (const name of names) {
      const rows = await portal.database.query<{ id: string; value: string | null }>(
        `SELECT id, property_${name}::text AS value FROM hubspot.deal WHERE NOT is_deleted ORDER BY deal.id`,
      )
      expect([name, rows.map(({ id, value }) => [id, value]), steps.length]).toEqual([
        name,
        live.map((record) => [record.id, record.value(name) || null]),
        steps.length,
      ])
    }
  }
}

it('after any sequence one undisturbed run has all that is answered', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 16 }), async (steps) => {
      const world = new World()
      for (const name of names) portal.simulator.grant(deals, name)
      await world.sync({ full: true })
      for (const one of steps) await world.take(one)
      await world.expectRight(steps)
    }),
    { numRuns: Number(process.env['HUBGEN_TEST_RUNS'] ?? 12) },
  )
}, 600_000)
