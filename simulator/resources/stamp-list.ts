import type { Resources } from './resources.ts'

/** Sets the size of a list and the time at which a member came or went; nothing else of the list moves, as in HubSpot. */
export function stampList(
  resources: Resources,
  listId: string,
  change: 'added' | 'removed',
  nowMs: number,
): void {
  const list = resources.find('list', listId)
  if (list === undefined) return
  const { additionalProperties } = list.row
  const stamped: Record<string, unknown> = {
    ...Object.fromEntries(Object.entries(additionalProperties ?? {})),
    [`hs_last_record_${change}_at`]: String(nowMs),
  }
  // HubSpot leaves out what is empty.
  const size = resources.list('list_member', listId).length
  if (size > 0) stamped['hs_list_size'] = String(size)
  else delete stamped['hs_list_size']
  resources.patch('list', listId, { additionalProperties: stamped })
}
