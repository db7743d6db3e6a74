import type { EntityStatus } from './copy-status.ts'
import type { MetricFamily } from './exposition.ts'
import { problemKinds, problemsOf } from './find-problems.ts'
import { epochSeconds, gauge, perEntity } from './metric-families.ts'

/** What makes a copy not right although its last run succeeded. */
export function doubtFamilies(entities: readonly EntityStatus[]): MetricFamily[] {
  return [
    gauge(
      'problem',
      'One for each kind of problem that an entity has, as hubgen status tells it, nought for the others',
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
      'When records were last compared with HubSpot by value and link',
      perEntity(entities, ({ audit }) => epochSeconds(audit?.at)),
    ),
    gauge(
      'audit_records',
      'Records that were compared then',
      perEntity(entities, ({ audit }) => audit?.records ?? null),
    ),
    gauge(
      'audit_unexplained',
      'Records that differed then, by column or table of links, with no change that explains it',
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
      'Records that HubSpot could not give so far',
      perEntity(entities, ({ unread }) => unread),
    ),
    gauge(
      'dropped_records',
      'Records that were written to the table and are not in it, because of a trigger or rule',
      perEntity(entities, ({ dropped }) => dropped),
    ),
    gauge(
      'refused_share',
      'Share of the values of a property that did not fit, where they are too many',
      entities.flatMap(({ entity, misfits }) =>
        misfits.map(({ property, values, of }) => ({
          labels: { entity, property },
          value: values / of,
        })),
      ),
    ),
  ]
}
