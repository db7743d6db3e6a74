import { createHash } from 'node:crypto'
import type { Change } from '../hubspot/changes.ts'

/** The digest of a change and its stamp: a memory names no record. */
export function digestOf({ id, updatedAt, stampMs }: Change): readonly [string, number] {
  const change = `${id} ${updatedAt} ${stampMs}`
  return [createHash('sha256').update(change).digest('base64'), stampMs]
}
