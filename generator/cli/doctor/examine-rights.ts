import { companionTablesOf, filledSharedTables } from '../../../runtime/companions.ts'
import type { Entity } from '../../../runtime/entity.ts'
import type { Database } from '../../../runtime/postgres/connection/database.ts'
import { type Rights, readRights } from '../../../runtime/postgres/connection/read-rights.ts'
import { createPolicy } from '../../../runtime/postgres/database-error.ts'
import { quoteIdentifier } from '../../../runtime/postgres/identifier.ts'
import { nameSome } from '../../../runtime/words/name-some.ts'
import { type Finding, finding } from './finding.ts'

/**
 * Checks that the connection's role may write the tables that syncs write, and create those of migrations.
 */
export async function examineRights(
  database: Database,
  entities: readonly Entity[],
): Promise<readonly Finding[]> {
  const tables = [...new Set(entities.flatMap(tablesOf))]
  const rights = await readRights(database, tables)
  const { user, database: name } = database.label
  const role = quoteIdentifier(user)
  const missing = missingUse(rights) ?? missingCreation(rights, quoteIdentifier(name), tables)
  if (missing !== null) {
    return [
      finding('rights', 'failed', missing.found, {
        fix: `as the owner run \`${missing.grant} TO ${role}\`, or use the role that ran \`hubgen migrate\` first`,
      }),
    ]
  }
  const [hidden] = rights.hidden
  if (hidden !== undefined) {
    const which = nameSome(rights.hidden)
    const table = hidden.split('.').map(quoteIdentifier).join('.')
    return [
      finding('rights', 'failed', `row-level security of ${which} has no policy for this role`, {
        fix: `as the owner run \`${createPolicy(table, role)}\` for each table`,
      }),
    ]
  }
  const creates = rights.createSchemas || rights.schemas.every(({ create }) => create)
  const found = creates
    ? 'the role may write and create tables'
    : 'the role may write; migrations need a role that may create tables'
  return [finding('rights', 'ok', found)]
}

interface Missing {
  readonly found: string
  readonly grant: string
}

function missingUse({ schemas, refused }: Rights): Missing | null {
  const closed = schemas.filter(({ use }) => !use).map(({ schema }) => schema)
  if (closed.length > 0) {
    return {
      found: `the role may not use ${closed.map((schema) => `schema \`${schema}\``).join(', ')}`,
      grant: `GRANT USAGE, CREATE ON SCHEMA ${closed.map(quoteIdentifier).join(', ')}`,
    }
  }
  const [first] = refused
  if (first === undefined) return null
  const which = nameSome(refused.map(({ table }) => table))
  const within = [...new Set(refused.map(({ table }) => table.split('.')[0] ?? ''))]
  return {
    found: `the role may not ${first.missing.join(', ')} in ${which}`,
    grant: `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${within.map(quoteIdentifier).join(', ')}`,
  }
}

/** Before the first migration the role must be able to create the schemas. */
function missingCreation(
  { createSchemas, schemas }: Rights,
  database: string,
  tables: readonly string[],
): Missing | null {
  if (createSchemas) return null
  const wanted = new Set(['hubgen', ...tables.map((table) => table.split('.')[0] ?? '')])
  for (const { schema } of schemas) wanted.delete(schema)
  if (wanted.size === 0) return null
  const names = [...wanted].map((schema) => `\`${schema}\``).join(', ')
  return {
    found: `there is no schema ${names} yet, and the role may not create it`,
    grant: `GRANT CREATE ON DATABASE ${database}`,
  }
}

/** All tables that a sync of the entity writes, as far as they exist. */
function tablesOf(entity: Entity): readonly string[] {
  const { table } = entity
  const schema = table.split('.')[0] ?? ''
  const shared = filledSharedTables.map((name) => `${schema}.${name}`)
  return [table, ...companionTablesOf(entity), ...shared]
}
