import { type CopyStatus, copyStates, type EntityStatus } from '../copy-status.ts'
import { sharedFiles } from '../read-drift.ts'
import type { RunTotals } from '../read-run-totals.ts'
import { doubtFamilies } from './doubt-metrics.ts'
import { type MetricFamily, renderExposition } from './exposition.ts'
import { counter, epochSeconds, gauge, perEntity } from './metric-families.ts'

/**
 * The state of the copy for Prometheus, text format 0.0.4. Without a status (the database could not be
 * queried) it reports only that. Unknown figures have no sample. Every sample carries the name of the portal, if one is given.
 */
export function formatMetrics(
  status: CopyStatus | null,
  runTotals: readonly RunTotals[] = [],
  portal?: string,
): string {
  const shared = portal === undefined ? {} : { portal }
  const up = gauge('up', 'Whether the database of the copy could be queried', [
    { value: status === null ? 0 : 1 },
  ])
  if (status === null) return renderExposition([up], shared)
  const families = [
    up,
    ...stateFamilies(status.entities),
    ...runningFamilies(status.entities),
    ...findingFamilies(status),
    ...apiFamilies(status),
    ...runFamilies(runTotals),
  ]
  return renderExposition(families, shared)
}

function stateFamilies(entities: readonly EntityStatus[]): MetricFamily[] {
  return [
    gauge(
      'entity_info',
      'Always 1; the labels have the table and label of each entity',
      entities.map(({ entity, table, label }) => ({ labels: { entity, table, label }, value: 1 })),
    ),
    gauge(
      'entity_state',
      '1 for the state that an entity is in, 0 for the other states',
      entities.flatMap(({ entity, state: is }) =>
        copyStates.map((state) => ({ labels: { entity, state }, value: is === state ? 1 : 0 })),
      ),
    ),
    gauge(
      'records',
      'Live and deleted rows of the table',
      entities.flatMap(({ entity, rows }) =>
        rows === null
          ? []
          : [
              { labels: { entity, deleted: 'false' }, value: rows.live },
              { labels: { entity, deleted: 'true' }, value: rows.deleted },
            ],
      ),
    ),
    gauge(
      'records_estimated',
      'Whether the rows were estimated by the planner instead of counted',
      perEntity(entities, ({ rows }) => (rows === null ? null : Number(rows.estimated))),
    ),
    gauge(
      'last_run_finished_timestamp_seconds',
      'When the last run ended, whatever its outcome',
      perEntity(entities, ({ lastRun }) => epochSeconds(lastRun?.finishedAt)),
    ),
    gauge(
      'last_success_timestamp_seconds',
      'When the last successful full or incremental run ended',
      perEntity(entities, ({ lastSuccess }) => epochSeconds(lastSuccess?.finishedAt)),
    ),
    gauge(
      'freshness_seconds',
      'Maximum age of each part of the copy compared with HubSpot',
      entities.flatMap(({ entity, freshness }) =>
        (freshness?.parts ?? []).map(({ part, ageSeconds }) => ({
          labels: { entity, part },
          value: ageSeconds,
        })),
      ),
    ),
    gauge(
      'expected_run_seconds',
      'Median duration of the last ten successful runs',
      entities.flatMap(({ entity, expectedSeconds }) =>
        (['full', 'incremental'] as const).flatMap((mode) => {
          const value = expectedSeconds[mode]
          return value === null ? [] : [{ labels: { entity, mode }, value }]
        }),
      ),
    ),
  ]
}

function runningFamilies(entities: readonly EntityStatus[]): MetricFamily[] {
  return [
    gauge(
      'running',
      'Whether a run is active',
      perEntity(entities, ({ running }) => Number(running !== null)),
    ),
    gauge(
      'running_pass_read_records',
      'Records that the current pass has read',
      perEntity(entities, ({ running }) => running?.progress?.read ?? null),
    ),
    gauge(
      'running_pass_expected_records',
      'Records that the current pass will read in total, if known',
      perEntity(entities, ({ running }) => running?.progress?.total ?? null),
    ),
  ]
}

function findingFamilies({ entities, sharedDrift }: CopyStatus): MetricFamily[] {
  const drifts = [
    ...entities.map(({ entity, drift }) => ({ entity, drift })),
    { entity: sharedFiles, drift: sharedDrift },
  ]
  return [
    gauge(
      'quarantine_values',
      'Values that did not fit their column',
      perEntity(entities, ({ quarantine }) => quarantine.values),
    ),
    gauge(
      'quarantine_records',
      'Records that Postgres refused whole',
      perEntity(entities, ({ quarantine }) => quarantine.records),
    ),
    gauge(
      'unanswered_properties',
      "Properties that HubSpot's answers lack: their columns keep old values",
      perEntity(entities, ({ unanswered }) => unanswered.length),
    ),
    gauge(
      'unanswered_since_timestamp_seconds',
      "When a property was first missing from HubSpot's answers",
      entities.flatMap(({ entity, unanswered }) =>
        unanswered.map(({ property, since }) => ({
          labels: { entity, property },
          value: since.getTime() / 1000,
        })),
      ),
    ),
    ...doubtFamilies(entities),
    gauge(
      'drift',
      'Drift found by hubgen diff: schema drift changes columns or files, label drift changes texts',
      drifts.flatMap(({ entity, drift }) =>
        drift === null
          ? []
          : [
              { labels: { entity, severity: 'schema' }, value: drift.grave },
              { labels: { entity, severity: 'label' }, value: drift.lesser },
            ],
      ),
    ),
    ...(['passed', 'failed', 'unjudged'] as const).map((result) =>
      gauge(
        `check_${result}`,
        `Checks of the last hubgen check with the result ${result}`,
        perEntity(entities, ({ checks }) => checks?.[result] ?? null),
      ),
    ),
  ]
}

function apiFamilies({ api }: CopyStatus): MetricFamily[] {
  const { callsToday, daily } = api
  return [
    gauge('api_calls_today', "API calls of runs that began since the portal's midnight", [
      { value: callsToday },
    ]),
    gauge(
      'api_calls_permitted',
      "HubSpot's daily limit, as HubSpot last reported it",
      daily === null ? [] : [{ value: daily.permitted }],
    ),
    gauge(
      'api_calls_remaining',
      'Remaining daily calls for all callers of the portal, as HubSpot last reported today',
      daily === null || daily.remaining === null ? [] : [{ value: daily.remaining }],
    ),
  ]
}

const recordResults = {
  read: 'read',
  inserted: 'inserted',
  updated: 'updated',
  unchanged: 'unchanged',
  deleted: 'deleted',
  rejected: 'rejectedRecords',
} as const

function runFamilies(totals: readonly RunTotals[]): MetricFamily[] {
  return [
    counter(
      'runs_total',
      'Finished runs by outcome',
      totals.flatMap(({ entity, outcomes }) =>
        outcomes.map(({ outcome, runs }) => ({ labels: { entity, outcome }, value: runs })),
      ),
    ),
    counter(
      'run_seconds_total',
      'Total duration of runs',
      perEntity(totals, (one) => one.seconds),
    ),
    counter(
      'run_api_calls_total',
      'API calls of runs',
      perEntity(totals, (one) => one.calls),
    ),
    counter(
      'run_records_total',
      'Records of runs by result',
      totals.flatMap((one) =>
        Object.entries(recordResults).map(([result, figure]) => ({
          labels: { entity: one.entity, result },
          value: one[figure],
        })),
      ),
    ),
    counter(
      'run_rejected_values_total',
      'Values that did not fit their column, counted per run',
      perEntity(totals, (one) => one.rejectedValues),
    ),
  ]
}
