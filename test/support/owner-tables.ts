import { renderFiles } from '../../generator/render/render.ts'
import { applyLabels } from '../../runtime/postgres/schema/apply-labels.ts'
import type { SyncPortal } from './sync-portal.ts'

/** Makes the tables of owners, users and labels, which the migrations of a test lack. */
export async function makeOwnerTables({ analysis, connection }: SyncPortal): Promise<void> {
  const files = renderFiles([analysis])
  const text = (name: string) => files.get(`${analysis.entity}/${name}`) ?? ''
  await applyLabels(connection, [
    { entity: analysis.entity, labels: text('labels.sql'), labelled: text('labelled.sql') },
  ])
}
