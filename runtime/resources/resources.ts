import { HubgenError } from '../errors.ts'
import { associationLimit } from './association-limit.ts'
import { associationType } from './association-type.ts'
import { contactList } from './contact-list.ts'
import { contactListMember } from './contact-list-member.ts'
import { currency } from './currency.ts'
import { emailCampaign } from './email-campaign.ts'
import { emailEvent } from './email-event.ts'
import { emailSubscription } from './email-subscription.ts'
import { emailSubscriptionChange } from './email-subscription-change.ts'
import { exchangeRate } from './exchange-rate.ts'
import { flow } from './flow.ts'
import { flowEmail } from './flow-email.ts'
import { form } from './form.ts'
import { formSubmission } from './form-submission.ts'
import { listMember } from './list-member.ts'
import { marketingCampaign } from './marketing-campaign.ts'
import { marketingCampaignAsset } from './marketing-campaign-asset.ts'
import { marketingCampaignReport } from './marketing-campaign-report.ts'
import { marketingCampaignRevenue } from './marketing-campaign-revenue.ts'
import { marketingCampaignTotal } from './marketing-campaign-total.ts'
import { marketingEmail } from './marketing-email.ts'
import type { Resource } from './resource.ts'

/** All resources. A parent stands before the resources that belong to it. */
export const resources: readonly Resource[] = [
  contactList,
  contactListMember,
  listMember,
  form,
  formSubmission,
  marketingCampaign,
  marketingCampaignAsset,
  marketingCampaignTotal,
  marketingCampaignReport,
  marketingCampaignRevenue,
  emailSubscription,
  emailSubscriptionChange,
  emailCampaign,
  marketingEmail,
  emailEvent,
  flow,
  flowEmail,
  currency,
  exchangeRate,
  associationLimit,
  associationType,
]

/** The description with this name; undefined if there is none. */
export function findResource(name: string): Resource | undefined {
  return resources.find((resource) => resource.name === name)
}

/**
 * The description of a generated module's resource; null for an entity. Fails with GENERATED_OUTDATED if this
 * version of hubgen has no such resource.
 */
export function resourceOf({
  name,
  resource: described,
}: {
  readonly name: string
  readonly resource?: string | undefined
}): Resource | null {
  if (described === undefined) return null
  const found = findResource(described)
  if (found !== undefined) return found
  throw new HubgenError('GENERATED_OUTDATED', `this hubgen has no resource \`${described}\``, {
    at: name,
    fix: '`hubgen explore portal`, then `hubgen generate portal`',
  })
}
