import { isoInstant } from '../population/instant.ts'
import type { Addressee } from './people.ts'
import type { ResourceEntry } from './resources.ts'

const FIRST_MS = Date.parse('2023-03-01T08:00:00Z')
const DAY_MS = 86_400_000

interface ListPlan {
  readonly id: string
  readonly name: string
  readonly type: 'MANUAL' | 'DYNAMIC' | 'SNAPSHOT'
  readonly objectTypeId: string
  /** Every n-th contact is a member; 0 for none. */
  readonly every: number
  readonly folder?: string
  /** The id of the old lists API, whose numbers overlap with those of other lists. */
  readonly classicId?: string
}

const PLANS: readonly ListPlan[] = [
  { id: '7', name: 'Newsletter', type: 'DYNAMIC', objectTypeId: '0-1', every: 1, classicId: '31' },
  { id: '31', name: 'Messe 2025', type: 'SNAPSHOT', objectTypeId: '0-1', every: 7 },
  { id: '204', name: 'VIP 👑', type: 'MANUAL', objectTypeId: '0-1', every: 13, folder: 'Vertrieb' },
  { id: '1120', name: 'Nobody', type: 'DYNAMIC', objectTypeId: '0-1', every: 0 },
  { id: '1121', name: 'Partner', type: 'MANUAL', objectTypeId: '0-2', every: 0 },
]

export function makeLists(people: readonly Addressee[]): readonly ResourceEntry[] {
  return PLANS.map((plan, at) => {
    const size = plan.every === 0 ? 0 : Math.ceil(people.length / plan.every)
    const createdMs = FIRST_MS + at * 41 * DAY_MS + at * 317
    const addedMs = joinedMs(at, size - 1)
    return {
      key: plan.id,
      parent: '',
      row: {
        listId: plan.id,
        listVersion: 3 + at,
        name: plan.name,
        objectTypeId: plan.objectTypeId,
        processingType: plan.type,
        processingStatus: 'COMPLETE',
        createdAt: isoInstant(createdMs),
        createdById: '5551001',
        updatedAt: isoInstant(createdMs + DAY_MS),
        updatedById: '5551001',
        ...(plan.type === 'DYNAMIC' ? { filtersUpdatedAt: isoInstant(createdMs) } : {}),
        // HubSpot leaves out what is empty.
        additionalProperties: {
          hs_list_reference_count: '0',
          ...(size > 0 ? { hs_list_size: String(size) } : {}),
          ...(size > 0 ? { hs_last_record_added_at: String(addedMs) } : {}),
          ...(plan.folder === undefined ? {} : { hs_folder_name: plan.folder }),
          ...(plan.classicId === undefined ? {} : { hs_classic_list_id: plan.classicId }),
          hs_lastmodifieddate: String(Math.max(createdMs + DAY_MS, size > 0 ? addedMs : 0)),
        },
      },
    }
  })
}

export function makeListMembers(people: readonly Addressee[]): readonly ResourceEntry[] {
  return PLANS.flatMap((plan, at) =>
    plan.every === 0
      ? []
      : people
          .filter((_, index) => index % plan.every === 0)
          .map(({ id }, index) => ({
            key: id,
            parent: plan.id,
            row: { recordId: id, membershipTimestamp: isoInstant(joinedMs(at, index)) },
          })),
  )
}

function joinedMs(list: number, index: number): number {
  return FIRST_MS + list * 41 * DAY_MS + ((index * 7) % 300) * 3_600_000 + index
}
