import { expect, test } from 'vitest'
import { resources } from '../../runtime/resources/resources.ts'
import type { ResourceKind } from '../../simulator/resources/resources.ts'
import { hubgenScripts } from '../support/hubgen-scripts.ts'
import { startNode } from '../support/node-process.ts'
import { openResourcePortal, type ResourcePortal } from '../support/resource-portal.ts'
import { changePortal, expectEqual, fillPortal, judged } from './changed-portal.ts'

/** The routes whose calls are held: the pages, and what is read for each row. */
const routes: Readonly<Record<string, readonly string[]>> = {
  contact_list: ['lists_all'],
  contact_list_member: ['memberships'],
  list_member: ['memberships'],
  form: ['forms'],
  form_submission: ['form_submissions'],
  marketing_campaign: ['marketing_campaigns'],
  marketing_campaign_asset: ['campaign_assets'],
  marketing_campaign_total: ['campaign_budget'],
  marketing_campaign_report: ['campaign_metrics'],
  marketing_campaign_revenue: ['campaign_revenue'],
  email_subscription: ['subscription_definitions'],
  email_subscription_change: ['subscription_timeline'],
  email_campaign: ['email_campaigns', 'email_campaign'],
  marketing_email: ['marketing_emails'],
  email_event: ['email_events'],
  flow: ['flows', 'flow'],
  flow_email: ['flow_emails'],
  currency: ['company_currency'],
  exchange_rate: ['exchange_rates'],
  association_limit: ['association_limits'],
  association_type: ['labels'],
}

const parents = ['contact_list', 'form', 'marketing_campaign']
const isBelow = (name: string) =>
  ['contact_list_member', 'list_member', 'form_submission'].includes(name) ||
  name.startsWith('marketing_campaign_')
const first = resources.map(({ name }) => name).filter((name) => !isBelow(name))
const below = resources.map(({ name }) => name).filter(isBelow)

interface Killing {
  readonly portal: ResourcePortal
  onCall: (route: string) => void
}

/**
 * Reads these resources in another process, holds each at its call with this number, and kills the process once each
 * stands still or has ended. Returns the number that was held.
 */
async function kill(killing: Killing, names: readonly string[], round: number): Promise<number> {
  const { simulator, database } = killing.portal
  const waiting = new Map<string, { readonly names: readonly string[]; left: number }>()
  for (const [route = '', some] of Map.groupBy(names, (name) => {
    const own = routes[name] ?? []
    return own[round % own.length] ?? ''
  })) {
    waiting.set(route, { names: some, left: round })
    simulator.faults.add({ kind: 'hang', route, after: round, times: 10_000 })
  }
  const held = new Map<string, number>()
  const standsStill = Promise.withResolvers<void>()
  const running = startNode(killing.portal.directory, [hubgenScripts.readResources, ...names], {
    HUBSPOT_API_URL: simulator.url,
    HUBSPOT_API_TOKEN: simulator.token,
    DATABASE_URL: database.url,
  })
  const look = () => {
    const output = running.output()
    const isEnded = (name: string) => output.includes(`${name} succeeded`)
    const isDone = [...waiting].every(([route, { names }]) => {
      return names.filter(isEnded).length + (held.get(route) ?? 0) >= names.length
    })
    if (isDone) standsStill.resolve()
  }
  killing.onCall = (route) => {
    const one = waiting.get(route)
    if (one === undefined) return
    if (one.left === 0) held.set(route, (held.get(route) ?? 0) + 1)
    else one.left -= 1
    look()
  }
  for (const name of names) running.says(new RegExp(`^${name} succeeded`, 'm')).then(look, () => {})
  await Promise.race([standsStill.promise, running.ended])
  running.kill('SIGKILL')
  expect([await running.ended, running.errors()]).toEqual([null, ''])
  killing.onCall = () => {}
  simulator.faults.clear()
  await database.query('UPDATE hubgen.lease SET expires_at = now()')
  return held.size
}

/** Several pages of each kind, as far as they cost few calls. */
function addPages({ simulator: { resources: portal } }: ResourcePortal): void {
  const many = (kind: ResourceKind, count: number, key: string, parent?: string) => {
    const like = portal.list(kind, parent)[0]
    for (let index = 1; index <= count; index += 1) {
      const id = key === 'id' || key === 'flowId' ? String(800_000 + index) : `k${index}`
      const value = key === 'recordId' ? String(800_000 + index) : id
      portal.put(kind, value, { ...like?.row, [key]: value }, like?.parent)
    }
  }
  many('list_member', 600, 'recordId', '7')
  many('marketing_email', 350, 'id')
  many('flow', 110, 'id')
  many('flow_email', 250, 'flowId')
  many('exchange_rate', 250, 'id')
  many('email_event', 1_500, 'id')
  many('form_submission', 120, 'conversionId')
}

function changeMost({ portal }: Killing): void {
  const others = judged.filter(({ name }) => !parents.includes(name))
  for (const { name } of others) {
    if (!name.startsWith('marketing_campaign_t') && !name.startsWith('marketing_campaign_r')) {
      changePortal(portal, name)
    }
  }
  for (const kind of ['list', 'form'] as const) {
    const key = portal.simulator.resources.list(kind)[0]?.key ?? ''
    portal.simulator.resources.patch(kind, key, { name: 'Changed' })
  }
}

async function readAll({ portal }: Killing, names: readonly string[]): Promise<void> {
  for (const name of names) {
    expect(await portal.sync(name)).toMatchObject({ outcome: 'succeeded', error: null })
  }
}

async function expectAllEqual({ portal }: Killing): Promise<void> {
  for (const resource of judged) await expectEqual(portal, resource)
}

test('each resource, killed at one call after another, resumes and has every row', async () => {
  let onCall: (route: string) => void = () => {}
  await using portal = await openResourcePortal({ onCall: (route) => onCall(route) })
  const killing: Killing = {
    portal,
    set onCall(act: (route: string) => void) {
      onCall = act
    },
  }
  fillPortal(portal, 'list_member')
  addPages(portal)
  expect(await kill(killing, first, 0)).toBe(first.length)
  expect(await kill(killing, first, 1)).toBeGreaterThan(5)
  await readAll(killing, first)
  for (const round of [0, 3, 6]) expect(await kill(killing, below, round)).toBeGreaterThan(0)
  await readAll(killing, below)
  await expectAllEqual(killing)

  changeMost(killing)
  await portal.database.query(`UPDATE hubgen.pass SET begun_at = begun_at - interval '25 hours'`)
  await kill(killing, first, 2)
  await readAll(killing, first)
  await kill(killing, below, 1)
  await readAll(killing, below)
  await expectAllEqual(killing)
}, 300_000)
