import {
  type MetricFamily,
  renderExposition,
  type Sample,
} from '../../runtime/monitoring/metrics/exposition.ts'
import type { PortalState, QueueState } from '../../runtime/queue/read-queue.ts'

/** Metrics of all portals from the queue alone, so that a scrape wakes no portal's database. Null: the queue does not answer. */
export function formatPortalMetrics(state: QueueState | null): string {
  const up: MetricFamily = {
    name: 'hubgen_queue_up',
    help: 'Whether the database of the queue answers.',
    type: 'gauge',
    samples: [{ value: state === null ? 0 : 1 }],
  }
  if (state === null) return renderExposition([up])
  const { portals, workers, due, at } = state
  const gauge = (name: string, help: string, samples: readonly Sample[]): MetricFamily => ({
    name,
    help,
    type: 'gauge',
    samples,
  })
  const each = (name: string, help: string, measure: (portal: PortalState) => number | null) =>
    gauge(
      name,
      help,
      portals.flatMap((portal): readonly Sample[] => {
        const value = measure(portal)
        return value === null ? [] : [{ labels: { portal: portal.portal }, value }]
      }),
    )
  const secondsTo = (time: Date | null) =>
    time === null ? null : (time.getTime() - at.getTime()) / 1000
  const since = (time: Date | null) =>
    time === null ? null : (at.getTime() - time.getTime()) / 1000
  return renderExposition([
    up,
    gauge('hubgen_queue_workers', 'Workers that were heard from lately.', [{ value: workers }]),
    gauge('hubgen_queue_waiting', 'Portals that are due and wait for a slot.', [{ value: due }]),
    each('hubgen_portal_dead', 'Whether the portal needs a person.', ({ isDead }) =>
      Number(isDead),
    ),
    each('hubgen_portal_active', 'Whether a worker syncs the portal.', ({ state: now }) =>
      Number(now === 'active'),
    ),
    each('hubgen_portal_paused', 'Whether the portal is paused.', ({ paused }) => Number(paused)),
    each(
      'hubgen_portal_next_seconds',
      'Seconds to the next round; negative if it is late.',
      ({ nextAt }) => secondsTo(nextAt),
    ),
    each(
      'hubgen_portal_whole_age_seconds',
      'Seconds since a round left nothing to read.',
      ({ wholeAt }) => since(wholeAt),
    ),
    each(
      'hubgen_portal_oldest_age_seconds',
      'Seconds since the oldest part of the copy was read.',
      ({ oldestAt }) => since(oldestAt),
    ),
    each(
      'hubgen_portal_pending_migrations',
      'Migrations that have not run.',
      ({ pendingMigrations }) => pendingMigrations,
    ),
    each(
      'hubgen_portal_failed_entities',
      'Entities that failed in the last slice.',
      ({ failedEntities }) => failedEntities,
    ),
  ])
}
