import type { ExpectedTable } from './expected-table.ts'

/**
 * The newest daily sample must have found nothing. It compares and mends every record of a portal as
 * small as those that are judged, so what an engine that is broken leaves wrong would be right again before it
 * is judged: that a sample had something to mend is wrong itself, whatever explains it.
 */
export function expectedAudit(entity: string): ExpectedTable {
  return {
    name: `hubgen.audit of ${entity}`,
    found: `SELECT subject AS key, jsonb_build_object('differing', differing::text,
        'mended', mended::text, 'example', example_id::text) AS row
      FROM hubgen.audit
      WHERE entity = $1 AND differing > 0
        AND audited_at = (SELECT max(audited_at) FROM hubgen.audit WHERE entity = $1)`,
    parameters: [entity],
    rows: [],
  }
}
