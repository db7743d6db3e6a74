import type { EntityStatus } from '../copy-status.ts'
import { problemKinds, problemsOf } from '../verdict/find-problems.ts'
import type { MetricFamily } from './exposition.ts'
import { epochSeconds, gauge, perEntity } from './metric-families.ts'

/** Metrics of problems that a copy can have although its last run succeeded. */
export function doubtFamilies(entities: readonly EntityStatus[]): MetricFamily[] {
  return [
    gauge(
      'problem',
      '1 for each kind of problem that an entity has according to hubgen status, 0 for the other kinds',
      entities.flatMap((status) => {
        const kinds = new Set(problemsOf(status).map(({ kind }) => kind))
        return problemKinds.map((kind) => ({
          labels: { entity: status.entity, kind },
          value: Number(kinds.has(kind)),
        }))
      }),
    ),
    gauge(
      'audit_timestamp_seconds',
      'Time of the last comparison of records with HubSpot by value and link',
      perEntity(entities, ({ audit }) => epochSeconds(audit?.at)),
    ),
    gauge(
      'audit_records',
      'Records in the last comparison',
      perEntity(entities, ({ audit }) => audit?.records ?? null),
    ),
    gauge(
      'audit_unexplained',
      'Records with unexplained differences in the last comparison, by column or table of links',
      entities.flatMap(({ entity, audit }) =>
        (audit?.unexplained ?? []).map(({ subject, unexplained }) => ({
          labels: { entity, subject },
          value: unexplained,
        })),
      ),
    ),
    gauge(
      'incomplete_parts',
      'Parts of the copy that no run has ever completed',
      perEntity(entities, ({ incomplete }) => incomplete.length),
    ),
    gauge(
      'unread_records',
      'Records that HubSpot has not returned yet',
      perEntity(entities, ({ unread }) => unread),
    ),
    gauge(
      'unlisted_rows',
      'Live rows for which HubSpot listed no record when a run last looked, and which no run has settled',
      perEntity(entities, ({ unlisted }) => unlisted.records),
    ),
    gauge(
      'dropped_records',
      'Records that were written to the table but are not in it, because of a trigger or rule',
      perEntity(entities, ({ dropped }) => dropped),
    ),
    gauge(
      'refused_share',
      'Share of the values of a property that did not fit, if too many',
      entities.flatMap(({ entity, misfits }) =>
        misfits.map(({ property, values, of }) => ({
          labels: { entity, property },
          value: values / of,
        })),
      ),
    ),
  ]
}
