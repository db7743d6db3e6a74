import { sql } from 'kysely'
import { explainingErrors } from '../database-error.ts'
import type { Database } from './database.ts'

/** The rights of the connected role, as far as migrations and syncs need them. */
export interface Rights {
  /** Whether it may create schemas, as the first migration does. */
  readonly createSchemas: boolean
  /** The requested schemas that exist, and `hubgen`. */
  readonly schemas: readonly SchemaRights[]
  /** Existing tables, of those requested and hubgen's own, that the role cannot both read and write. */
  readonly refused: readonly RefusedTable[]
  /** Those of them whose row-level security has no policy for the role: it neither sees nor writes a row. */
  readonly hidden: readonly string[]
}

interface SchemaRights {
  readonly schema: string
  readonly use: boolean
  /** Whether it may create tables in the schema. */
  readonly create: boolean
}

interface RefusedTable {
  /** `hubspot.deal` */
  readonly table: string
  /** `INSERT`, … */
  readonly missing: readonly string[]
}

/** Reads the catalogue and tries nothing out. Table names are unquoted, with their schema. */
export async function readRights(database: Database, tables: readonly string[]): Promise<Rights> {
  const schemas = ['hubgen', ...new Set(tables.map((table) => table.split('.')[0] ?? ''))]
  const [created, found, refused, hidden] = await explainingErrors(database.label, () =>
    Promise.all([
      createInDatabase.execute(database.kysely),
      schemaRights(schemas).execute(database.kysely),
      refusedTables(tables).execute(database.kysely),
      hiddenTables(tables).execute(database.kysely),
    ]),
  )
  return {
    createSchemas: created.rows[0]?.allowed === true,
    schemas: found.rows,
    refused: refused.rows,
    hidden: hidden.rows.map(({ table }) => table),
  }
}

const createInDatabase = sql<{ allowed: boolean }>`
  SELECT has_database_privilege(current_database(), 'CREATE') AS allowed`

function schemaRights(schemas: readonly string[]) {
  return sql<SchemaRights>`
    SELECT nspname AS schema, has_schema_privilege(oid, 'USAGE') AS use,
      has_schema_privilege(oid, 'CREATE') AS create
    FROM pg_namespace WHERE nspname = ANY (${[...schemas]}::text[]) ORDER BY nspname`
}

function refusedTables(tables: readonly string[]) {
  return sql<RefusedTable>`
    SELECT nspname || '.' || relname AS table, array_agg(privilege ORDER BY place) AS missing
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE'])
      WITH ORDINALITY AS needed (privilege, place)
    WHERE relkind = 'r'
      AND (nspname = 'hubgen' OR nspname || '.' || relname = ANY (${[...tables]}::text[]))
      AND NOT has_table_privilege(pg_class.oid, privilege)
    GROUP BY nspname, relname ORDER BY nspname, relname`
}

function hiddenTables(tables: readonly string[]) {
  return sql<{ table: string }>`
    SELECT nspname || '.' || relname AS table
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind = 'r'
      AND (nspname = 'hubgen' OR nspname || '.' || relname = ANY (${[...tables]}::text[]))
      AND row_security_active(pg_class.oid)
      AND NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid AND polpermissive
        AND (polroles = '{0}' OR EXISTS (SELECT FROM unnest(polroles) AS role (id)
          WHERE pg_has_role(role.id, 'MEMBER'))))
    ORDER BY nspname, relname`
}
