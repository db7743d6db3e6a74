import { TYPE_ID } from '../catalogue/object-types.ts'
import { USER_IDS } from '../catalogue/owners.ts'
import { DEAL_MAKERS } from './deal-makers.ts'
import { isoInstant } from './instant.ts'
import { isClosed } from './journey.ts'
import type { Maker } from './maker.ts'
import { below, mix, pick } from './mix.ts'
import { companyOf } from './people.ts'
import * as text from './text-makers.ts'
import { plannedInstant } from './time-makers.ts'
import { CAR_MAKES, PHRASES } from './words.ts'

/** Values that must agree with the record's owner, pipeline, company and dates, on every object type. */
const EVERY_RECORD: Readonly<Record<string, Maker>> = {
  hubspot_owner_id: (subject) => subject.owner?.id,
  hs_all_owner_ids: (subject, draw) => {
    const own = subject.owner?.id
    return own !== undefined && draw % 6 === 0 ? `${own};41629700` : own
  },
  hubspot_team_id: (subject) => subject.owner?.teams?.[0]?.id,
  hs_all_team_ids: (subject) => subject.owner?.teams?.map((team) => team.id).join(';') || undefined,
  hs_all_accessible_team_ids: (subject) =>
    subject.owner?.teams?.map((team) => team.id).join(';') || undefined,
  hs_user_ids_of_all_owners: (subject) => subject.owner?.userId?.toString(),
  hubspot_owner_assigneddate: (subject) =>
    subject.owner === undefined ? undefined : isoInstant(subject.createdMs + 1_234),
  hs_object_source: text.objectSource,
  hs_object_source_label: text.objectSource,
  hs_object_source_id: (_subject, draw) => `userId:${pick(draw, USER_IDS)}`,
  hs_createdate: (subject) => isoInstant(subject.createdMs),
  pipeline: (subject) => subject.journey.pipelineId,
  hs_pipeline: (subject) => subject.journey.pipelineId || undefined,
  dealstage: (subject) => subject.journey.stageId,
  hs_pipeline_stage: (subject) => subject.journey.stageId || undefined,
  lifecyclestage: (subject) => subject.journey.stageId,
  hs_v2_date_entered_current_stage: (subject) => {
    const ms = subject.journey.steps.at(-1)?.enteredMs
    return ms === undefined ? undefined : isoInstant(ms)
  },
  hs_v2_time_in_current_stage: (subject) => {
    const ms = subject.journey.steps.at(-1)?.enteredMs
    return ms === undefined ? undefined : isoInstant(ms)
  },
  associatedcompanyid: primaryCompanyId,
  hs_primary_associated_company: primaryCompanyId,
  hs_primary_company_id: primaryCompanyId,
  hs_primary_company_name: primaryCompanyName,
  hs_primary_company: primaryCompanyName,
  company: (subject, draw) => primaryCompanyName(subject, draw) ?? companyOf(draw).name,
  num_associated_contacts: linkCount(TYPE_ID.contacts),
  num_associated_deals: linkCount(TYPE_ID.deals),
  hs_num_of_associated_line_items: linkCount(TYPE_ID.lineItems),
}

const CONTACT: Readonly<Record<string, Maker>> = {
  firstname: (subject) => subject.person.firstName,
  lastname: (subject) => subject.person.lastName,
  email: (subject) => subject.person.email,
  annualrevenue: (_subject, draw) => String((1 + (draw % 900)) * 10_000),
  work_email: (subject) => subject.person.email,
  hs_full_name_or_email: (subject) => `${subject.person.firstName} ${subject.person.lastName}`,
  hs_email_domain: (subject) => subject.person.email.split('@')[1],
}

const COMPANY: Readonly<Record<string, Maker>> = {
  name: (subject) => subject.company.name,
  domain: (subject) => subject.company.domain,
  website: (subject) => subject.company.domain,
}

const TICKET: Readonly<Record<string, Maker>> = {
  subject: (subject, draw) => `${pick(draw, PHRASES)} [${subject.id}]`,
  content: text.paragraph,
  closed_date: (subject) =>
    isClosed(subject.journey.stage)
      ? isoInstant(subject.journey.steps.at(-1)?.enteredMs ?? subject.modifiedMs)
      : undefined,
}

const LINE_ITEM: Readonly<Record<string, Maker>> = {
  name: text.productName,
  quantity: (_subject, draw) => String(1 + (draw % 12)),
  hs_product_id: (subject, draw) => {
    const products = subject.world.size(TYPE_ID.products)
    return products === 0
      ? undefined
      : String(subject.world.id(TYPE_ID.products, below(draw, products)))
  },
  hs_tier_prices: text.tierPrices,
}

const PRODUCT: Readonly<Record<string, Maker>> = {
  name: text.productName,
  hs_tier_prices_eur: text.tierPrices,
  hs_sku: (_subject, draw) => `SKU-${(draw % 60_466_176).toString(36).toUpperCase()}`,
}

const ENGAGEMENT: Readonly<Record<string, Maker>> = {
  hs_timestamp: plannedInstant,
  hs_call_title: text.phrase,
  hs_email_subject: text.phrase,
  hs_meeting_title: text.phrase,
  hs_task_subject: text.phrase,
  hs_note_body: text.html,
  hs_communication_body: text.html,
  hs_call_disposition: text.token,
}

const VEHICLE: Readonly<Record<string, Maker>> = {
  VIN: (_subject, draw) =>
    `WVW${mix(draw, 1).toString(36)}${draw.toString(36)}`.toUpperCase().padEnd(17, '0'),
  make: (subject) => pick(subject.seed, CAR_MAKES).make,
  model: (subject, draw) => pick(draw, pick(subject.seed, CAR_MAKES).models),
  license_plate: (_subject, draw) => `B-${'ABCDEFGH'[draw % 8]}K ${1 + (draw % 9999)}`,
}

/** Makers by property name for an object type; the first table that has the name applies. */
export function recordMakersOf(typeId: string): readonly Readonly<Record<string, Maker>>[] {
  return [OWN.get(typeId) ?? ENGAGEMENT, EVERY_RECORD]
}

const OWN: ReadonlyMap<string, Readonly<Record<string, Maker>>> = new Map([
  [TYPE_ID.contacts, CONTACT],
  [TYPE_ID.companies, COMPANY],
  [TYPE_ID.deals, DEAL_MAKERS],
  [TYPE_ID.tickets, TICKET],
  [TYPE_ID.lineItems, LINE_ITEM],
  [TYPE_ID.products, PRODUCT],
  [TYPE_ID.vehicles, VEHICLE],
])

function primaryCompanyId(...[subject]: Parameters<Maker>): string | undefined {
  const index = subject.world.primaryCompany(subject.typeId, subject.index)
  return index === undefined ? undefined : String(subject.world.id(TYPE_ID.companies, index))
}

function primaryCompanyName(...[subject]: Parameters<Maker>): string | undefined {
  const index = subject.world.primaryCompany(subject.typeId, subject.index)
  return index === undefined
    ? undefined
    : companyOf(subject.world.seed(TYPE_ID.companies, index)).name
}

function linkCount(otherTypeId: string): Maker {
  return (subject) => String(subject.world.linkCount(subject.typeId, subject.index, otherTypeId))
}
