import type { StateDatabase } from '../state-database.ts'

/**
 * Runs of the last 30 days, by SQL: `deals` daily with a gap of three days and two failed runs, `contacts`
 * hourly with a failed run each day, `notes` only today, `tasks` never.
 */
export async function addThirtyDays({ scratch }: StateDatabase): Promise<void> {
  await scratch.query(`
    INSERT INTO hubgen.run (entity, mode, outcome, started_at, finished_at, seconds, calls, inserted,
      rejected_values)
    SELECT 'deals', 'incremental', CASE WHEN day IN (3, 20) THEN 'failed' ELSE 'succeeded' END,
      at, at + interval '40 s', 10 + day, 100 + day, 2, CASE WHEN day < 5 THEN day ELSE 0 END
    FROM (
      SELECT day, date_trunc('day', now(), 'UTC') - make_interval(days => day) AS at
      FROM generate_series(0, 40) AS day WHERE day NOT BETWEEN 10 AND 12
    ) AS daily
    UNION ALL
    SELECT 'contacts', 'incremental', CASE WHEN hour % 24 = 7 THEN 'failed' ELSE 'succeeded' END,
      at, at + interval '5 s', 1 + hour % 24, 3, 0, 0
    FROM (
      SELECT hour, date_trunc('hour', now()) - make_interval(hours => hour) AS at
      FROM generate_series(0, 24 * 30) AS hour
    ) AS hourly
    UNION ALL
    SELECT 'notes', 'full', 'succeeded', date_trunc('day', now(), 'UTC'), now(), 20, 9, 10, 0`)
}
