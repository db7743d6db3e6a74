import type { Analysis } from './analysis.ts'

/** Where tables are unless hubgen.config.ts says otherwise. */
export const DEFAULT_SCHEMA = 'hubspot'

/** The Postgres schema of an entity's table, unquoted. */
export function schemaOf(analysis: Pick<Analysis, 'schema'>): string {
  return analysis.schema ?? DEFAULT_SCHEMA
}
