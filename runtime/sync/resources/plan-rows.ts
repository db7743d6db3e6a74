import { endpointOf } from '../../hubspot/resource-page.ts'
import type { Resource } from '../../resources/resource.ts'
import type { PlanContext } from '../pass.ts'
import type { PlannedCalls } from '../planned-calls.ts'

/** The calls that reading the rows will make. */
export async function planRows(
  _context: PlanContext,
  { versions }: Resource,
): Promise<readonly PlannedCalls[]> {
  const [version] = versions
  if (version === undefined) return []
  return [{ endpoint: endpointOf(version), calls: 1, bucket: 'general' }]
}
