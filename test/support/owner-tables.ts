import { renderFiles } from '../../generator/render/render.ts'
import { applyLabels } from '../../runtime/postgres/schema/apply-labels.ts'
import { openSyncPortal, type SyncPortal } from './sync-portal.ts'

/** Makes the tables of owners, users and labels, which the migrations of a test lack. */
export async function makeOwnerTables({ analysis, connection }: SyncPortal): Promise<void> {
  const files = renderFiles([analysis])
  const text = (name: string) => files.get(`${analysis.entity}/${name}`) ?? ''
  await applyLabels(connection, [
    { entity: analysis.entity, labels: text('labels.sql'), labelled: text('labelled.sql') },
  ])
}

/** A portal with three notes, whose database has these tables; they are made once. */
export function openOwnerPortal(): Promise<SyncPortal> {
  return openSyncPortal('notes', { records: { notes: 3 } }, {}, makeOwnerTables)
}
