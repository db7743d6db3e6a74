import { HubSpotError } from '../../hubspot/client/hubspot-error.ts'
import type { Resource } from '../../resources/resource.ts'

/** Whether an expected refusal leaves out the parent or the resource; null for any other error. */
export function skippedBy(
  { refuse = [], parent }: Pick<Resource, 'refuse' | 'parent'>,
  error: unknown,
): 'parent' | 'resource' | null {
  if (!(error instanceof HubSpotError)) return null
  const { status, category, said } = error
  const rule = refuse.find(
    (one) =>
      one.status === status &&
      (one.code === undefined || category === one.code || said.includes(one.code)),
  )
  if (rule !== undefined) return rule.skip
  // No version of a resource without parents has this address: the portal does not have the resource.
  if (status === 404 && parent === undefined) return 'resource'
  return status === 403 ? 'resource' : null
}
