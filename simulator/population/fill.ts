import { type StageFact, stagePropertiesOf } from '../catalogue/stage-properties.ts'
import type { ObjectType, Property } from '../store.ts'
import { DAY_MS } from './instant.ts'
import { journeyOf, type Step } from './journey.ts'
import { mix, saltOf } from './mix.ts'

/** Share of set values over all properties of a record: in real portals two thirds are empty. */
const OVERALL_FILL = 0.34
const SAMPLED_JOURNEYS = 256

const KNOWN_FILL: Readonly<Record<string, number>> = {
  firstname: 0.92,
  lastname: 0.9,
  email: 0.95,
  phone: 0.55,
  company: 0.6,
  lifecyclestage: 0.97,
  name: 1,
  domain: 0.9,
  dealname: 1,
  dealstage: 1,
  pipeline: 1,
  hs_is_closed: 1,
  hs_is_closed_won: 1,
  hs_is_closed_lost: 1,
  hs_is_closed_count: 1,
  hs_is_open_count: 1,
  hs_closed_won_count: 1,
  amount: 1,
  closedate: 0.95,
  deal_currency_code: 0.9,
  subject: 1,
  content: 0.8,
  hs_pipeline: 1,
  hs_pipeline_stage: 1,
  hs_ticket_priority: 0.7,
  hs_timestamp: 1,
  hubspot_owner_id: 1,
  hs_all_owner_ids: 1,
  hubspot_team_id: 1,
  hs_object_source: 1,
  hs_object_source_label: 1,
  hs_object_source_id: 1,
  associatedcompanyid: 1,
  hs_primary_associated_company: 1,
  hs_primary_company_id: 1,
  num_associated_contacts: 1,
  hs_num_of_associated_line_items: 1,
  hs_note_body: 0.95,
  VIN: 1,
  quantity: 1,
  price: 0.9,
  interests: 0.5,
  customer_tier: 0.5,
}

/** Rates that leave those of other properties as they are. */
const APART: Readonly<Record<string, number>> = {
  annualrevenue: 0.7,
  hs_communication_channel_type: 1,
  hs_email_direction: 1,
}

/** Built-in properties that HubSpot defines but no longer fills on these types. */
const NEVER: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['contacts', new Set(['hs_createdate', 'hs_lastmodifieddate'])],
  ['companies', new Set(['hs_createdate'])],
  ['products', new Set(['hs_createdate'])],
  ['line_items', new Set(['hs_createdate'])],
])

/**
 * How often each property is set, by name: given rates for known ones, uneven ones for the rest, sparse
 * overall.
 */
export function fillRates(
  objectType: ObjectType,
  properties: readonly Property[],
): Map<string, number> {
  const rates = new Map<string, number>()
  const stageRates = stageFillRates(objectType.typeId)
  const never = NEVER.get(objectType.name)
  const open: { name: string; weight: number }[] = []
  let known = 0
  for (const { name } of properties) {
    const rate = never?.has(name) ? 0 : (KNOWN_FILL[name] ?? (stageRates.has(name) ? 1 : undefined))
    if (rate === undefined) {
      const share = saltOf(`fill ${name}`) / 0x1_0000_0000
      open.push({ name, weight: share * share })
    } else {
      rates.set(name, rate)
      known += stageRates.get(name) ?? rate
    }
  }
  const scale = scaleFor(open, Math.max(0, properties.length * OVERALL_FILL - known))
  for (const { name, weight } of open) {
    rates.set(name, APART[name] ?? scaled(weight, scale))
  }
  return rates
}

/** How often each stage property is set: as often as records enter or leave its stage in a sample. */
function stageFillRates(typeId: string): Map<string, number> {
  const journeys = Array.from({ length: SAMPLED_JOURNEYS }, (_, at) =>
    journeyOf(typeId, mix(saltOf('sampled journey'), at), 0, DAY_MS),
  )
  return new Map(
    stagePropertiesOf(typeId).map(({ property, stageId, fact }) => {
      const set = journeys.filter(({ steps }) =>
        steps.some((step) => step.stageId === stageId && isKnown(step, fact)),
      )
      return [property.name, set.length / SAMPLED_JOURNEYS]
    }),
  )
}

function isKnown(step: Step, fact: StageFact): boolean {
  return fact === 'entered' || step.exitedMs !== undefined
}

/** Every property is set on some records and unset on others, so that tests cover both. */
function scaled(weight: number, scale: number): number {
  return Math.min(0.97, Math.max(0.02, weight * scale))
}

/** Finds by bisection the scale at which the rates add up to the wanted sum. */
function scaleFor(open: readonly { weight: number }[], wanted: number): number {
  let [low, high] = [0, 64]
  for (let round = 0; round < 40; round++) {
    const middle = (low + high) / 2
    const sum = open.reduce((total, each) => total + scaled(each.weight, middle), 0)
    if (sum < wanted) {
      low = middle
    } else {
      high = middle
    }
  }
  return low
}
