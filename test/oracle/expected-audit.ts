import type { ExpectedTable } from './expected-table.ts'

/**
 * The newest daily sample must have found nothing. The sample compares and repairs every record of a portal
 * as small as these, so the errors of a broken engine would be repaired before they are judged: a sample that
 * had to repair something is therefore an error itself, whatever explains the differences.
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
