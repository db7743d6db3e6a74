import type { WatchedEntity } from '../runtime/monitoring/copy-status.ts'
import { deletedColumnOf } from '../runtime/resources/resource-tables.ts'
import { resourceOf } from '../runtime/resources/resources.ts'
import type { DashboardEntity } from './dashboard-options.ts'

/** The facts that `runtime/monitoring` needs about an entity or a resource. */
export function watchEntity({ facts, label, quarantine }: DashboardEntity): WatchedEntity {
  const { name, table } = facts
  const resource = resourceOf(facts)
  if (resource !== null) {
    return { name, table, label, isResource: true, deletedColumn: deletedColumnOf(resource) }
  }
  return { name, table, label, ...(quarantine && { quarantine }) }
}
