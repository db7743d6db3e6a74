import { HubgenError } from '../errors.ts'
import { contactList } from './contact-list.ts'
import { contactListMember } from './contact-list-member.ts'
import { currency } from './currency.ts'
import { emailSubscription } from './email-subscription.ts'
import type { Resource } from './resource.ts'

/** All resources. A parent stands before the resources that belong to it. */
export const resources: readonly Resource[] = [
  contactList,
  contactListMember,
  currency,
  emailSubscription,
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
