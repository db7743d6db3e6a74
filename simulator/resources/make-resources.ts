import type { Store } from '../store.ts'
import { makeAssociationTypes } from './make-association-types.ts'
import * as emails from './make-emails.ts'
import { makeForms, makeSubmissions } from './make-forms.ts'
import { makeListMembers, makeLists } from './make-lists.ts'
import * as marketing from './make-marketing.ts'
import { makeOccurrences } from './make-occurrences.ts'
import { type Addressee, addresseesOf } from './people.ts'
import { type ResourceEntry, type ResourceKind, Resources } from './resources.ts'

type Maker = (people: readonly Addressee[], store: Store) => readonly ResourceEntry[]

const makers: Readonly<Record<ResourceKind, Maker>> = {
  list: makeLists,
  list_member: makeListMembers,
  form: makeForms,
  form_submission: makeSubmissions,
  marketing_email: emails.makeMarketingEmails,
  email_campaign: emails.makeEmailCampaigns,
  email_event: emails.makeEmailEvents,
  event_occurrence: makeOccurrences,
  subscription_type: emails.makeSubscriptionTypes,
  subscription_change: emails.makeSubscriptionChanges,
  marketing_campaign: marketing.makeMarketingCampaigns,
  marketing_campaign_asset: marketing.makeCampaignAssets,
  flow: marketing.makeFlows,
  currency: marketing.makeCurrencies,
  exchange_rate: marketing.makeExchangeRates,
  flow_email: marketing.makeFlowEmails,
  property_validation: marketing.makePropertyValidations,
  association_type: (_, store) => makeAssociationTypes(store),
}

/** The resources of a portal; those about people concern its first contacts. */
export function makeResources(store: Store): Resources {
  let people: readonly Addressee[] | undefined
  return new Resources((kind) => {
    people ??= addresseesOf(store)
    return makers[kind](people, store)
  })
}
