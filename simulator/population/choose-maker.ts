import { type StageFact, stagePropertiesOf } from '../catalogue/stage-properties.ts'
import type { Property } from '../store.ts'
import * as choices from './choice-makers.ts'
import { isoInstant } from './instant.ts'
import type { Maker } from './maker.ts'
import * as numbers from './number-makers.ts'
import { recordMakersOf } from './record-makers.ts'
import * as text from './text-makers.ts'
import * as times from './time-makers.ts'

type Rule = readonly [name: RegExp, make: Maker]

/** The first rule whose pattern matches the name applies. */
const STRING_RULES: readonly Rule[] = [
  [/_(id|key|hash|uid|uuid|guid|tokens|vids)$|idempotent|thread/, text.token],
  [/payload|headers/, text.json],
  [/_url$|_url_|website|_page$|referrer|photo|hs_images/, text.url],
  [/country_code|region_code|state_code/, text.fixed('DE')],
  [/currency_code/, text.fixed('EUR')],
  [/latlon/, text.fixed('52.52,13.405')],
  [/device_ip/, text.ipAddress],
  [/latitude/, numbers.latitude],
  [/longitude/, numbers.longitude],
  [/time_?zone/, text.timeZone],
  [/_year$/, numbers.year],
  [/_range$/, text.range],
  [/gender|salutation/, text.salutation],
  [/event_name|email_name|error|reason|survey|bio$|about|comment|remarks|follow_up/, text.phrase],
  [/first_?names?$/, text.firstName],
  [/last_?names?$/, text.lastName],
  [/email$|_email|emails$/, text.email],
  [/phone|fax|number/, text.phone],
  [/city/, text.city],
  [/country|state/, text.country],
  [/address|street/, text.street],
  [/zip|postal/, text.postalCode],
  [/jobtitle|job_function|seniority|industry/, text.jobTitle],
  [/domain/, text.domain],
]

const NUMBER_RULES: readonly Rule[] = [
  [/_is_(?!.*time)|_outcome_|(connected|voicemail)_count$/, numbers.zeroOrOne],
  [/latitude/, numbers.latitude],
  [/longitude/, numbers.longitude],
  [/user_id$|user_ids/, numbers.userId],
  [/hs_created_by$|hs_modified_by$|created_by$/, numbers.ownerId],
  [/lastupdated|timestamp|last_edited_at/, numbers.epochMs],
  [/_ids?$|_id_/, numbers.foreignId],
  [/year/, numbers.year],
  [/(^|_)time_|duration|_time$|time_to/, numbers.durationMs],
  [/percent|probability|_rate$|likelihood|share/, numbers.percentage],
  [/score|rating/, numbers.score],
  [
    /amount|revenue|price|_(acv|arr|mrr|tcv)$|margin|cost|discount|budget|credit|impact|tax/,
    numbers.money,
  ],
  [/^order$|delivery|mileage|commute|exchange_rate|quantity/, numbers.decimal],
]

const ENUMERATION_RULES: readonly Rule[] = [
  [/user_ids|followers/, numbers.userIds],
  [/owner_ids|collaborator|mentioned/, numbers.ownerIds],
  [/team_ids|owning_teams|teams/, choices.teamIds],
  [/team_id/, choices.teamId],
  [/file|attachment/, text.fileIds],
  [/_ids?$|_vids$|memberships/, numbers.foreignId],
  [/source_label/, text.objectSource],
  [/additional_emails|guest_emails/, text.email],
  [/additional_domains/, text.domain],
]

/** The maker of a property: its own, its stage's, its name's, or finally its type's. */
export function chooseMaker(typeId: string, property: Property): Maker {
  for (const makers of recordMakersOf(typeId)) {
    const own = makers[property.name]
    if (own !== undefined) {
      return own
    }
  }
  return stageMaker(typeId, property.name) ?? makerByType(property)
}

function makerByType(property: Property): Maker {
  const named = (rules: readonly Rule[]) => rules.find(([name]) => name.test(property.name))?.[1]
  switch (property.type) {
    case 'number':
      return named(NUMBER_RULES) ?? numbers.count
    case 'bool':
      return choices.flag
    case 'datetime':
      return /closedate|next|deadline|renewal/.test(property.name)
        ? times.plannedInstant
        : times.instant
    case 'date':
      return times.day
    case 'enumeration':
      return property.options.length > 0
        ? choices.choice(property)
        : (named(ENUMERATION_RULES) ?? text.shortText)
    case 'object_coordinates':
      return text.coordinates
    case 'json':
      return text.json
    case 'phone_number':
      return text.phone
    default:
      return textMaker(property, named(STRING_RULES))
  }
}

function textMaker(property: Property, named: Maker | undefined): Maker {
  switch (property.fieldType) {
    case 'html':
      return text.html
    case 'file':
      return text.fileIds
    case 'phonenumber':
      return text.phone
    case 'textarea':
      return text.paragraph
    default:
      return named ?? text.shortText
  }
}

const stageFacts = new Map<string, ReadonlyMap<string, Maker>>()

function stageMaker(typeId: string, name: string): Maker | undefined {
  let makers = stageFacts.get(typeId)
  if (makers === undefined) {
    makers = new Map(
      stagePropertiesOf(typeId).map(({ property, stageId, fact }) => [
        property.name,
        makeStageFact(stageId, fact),
      ]),
    )
    stageFacts.set(typeId, makers)
  }
  return makers.get(name)
}

function makeStageFact(stageId: string, fact: StageFact): Maker {
  return (subject) => {
    const step = subject.journey.steps.find((each) => each.stageId === stageId)
    if (step === undefined) {
      return undefined
    }
    const exitedMs = step.exitedMs
    if (fact === 'entered') {
      return isoInstant(step.enteredMs)
    }
    if (fact === 'exited') {
      return exitedMs === undefined ? undefined : isoInstant(exitedMs)
    }
    return exitedMs === undefined ? undefined : String(exitedMs - step.enteredMs)
  }
}
