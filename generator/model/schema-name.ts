import type { Analysis } from './analysis.ts'

/** The schema of the tables unless hubgen.config.ts sets another one. */
export const DEFAULT_SCHEMA = 'hubspot'

/** The Postgres schema of an entity's table, unquoted. */
export function schemaOf(analysis: Pick<Analysis, 'schema'>): string {
  return analysis.schema ?? DEFAULT_SCHEMA
}
