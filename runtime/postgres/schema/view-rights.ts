import { type RawBuilder, sql, type Transaction } from 'kysely'
import { HubgenError } from '../../errors.ts'
import type { HubgenTables } from '../hubgen-tables.ts'
import { quoteIdentifier, quoteLiteral } from '../identifier.ts'

/** Settings that people made on one of hubgen's views; they survive when the view is created again. */
export interface ViewRights {
  readonly owner: string
  /** As in the catalogue: `security_barrier=true`. */
  readonly options: readonly string[]
  readonly comment: string | null
  /** Empty means only the owner's rights. */
  readonly grants: readonly Grant[]
  readonly columns: readonly ColumnRights[]
}

interface Grant {
  /** Null means PUBLIC. */
  readonly role: string | null
  /** `SELECT`, … */
  readonly privilege: string
  readonly grantable: boolean
}

interface ColumnRights {
  readonly name: string
  readonly comment: string | null
  readonly grants: readonly Grant[]
}

type Row = { readonly rights: ViewRights | null }

/** Null if there is no such view. */
export async function readViewRights(
  transaction: Transaction<HubgenTables>,
  view: string,
): Promise<ViewRights | null> {
  const { rows } = await sql<Row>`
    SELECT jsonb_build_object(
      'owner', pg_get_userbyid(relowner),
      'options', coalesce(to_jsonb(reloptions), '[]'),
      'comment', obj_description(pg_class.oid, 'pg_class'),
      'grants', ${grantsIn(sql`relacl`)},
      'columns', (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
          'name', attname,
          'comment', col_description(attrelid, attnum),
          'grants', ${grantsIn(sql`attacl`)}
        )), '[]')
        FROM pg_attribute
        WHERE attrelid = pg_class.oid AND attnum > 0
          AND (attacl IS NOT NULL OR col_description(attrelid, attnum) IS NOT NULL)
      )
    ) AS rights
    FROM pg_class WHERE oid = to_regclass(${view}) AND relkind = 'v'`.execute(transaction)
  return rows[0]?.rights ?? null
}

function grantsIn(list: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(
    SELECT coalesce(jsonb_agg(jsonb_build_object(
      'role', CASE WHEN grantee = 0 THEN NULL ELSE pg_get_userbyid(grantee) END,
      'privilege', privilege_type, 'grantable', is_grantable)), '[]')
    FROM aclexplode(${list}))`
}

/** ` WITH (…)` of CREATE VIEW. By default, a view shows only what its reader may read. */
export function viewOptions(rights: ViewRights | null): string {
  const options = rights === null ? ['security_invoker=true'] : rights.options
  const written = options.map((option) => {
    const [name = '', ...value] = option.split('=')
    return `${name} = ${quoteLiteral(value.join('='))}`
  })
  return written.length === 0 ? '' : ` WITH (${written.join(', ')})`
}

/**
 * Applies the owner, grants and comments of a view's predecessor, for columns that still exist. Skips roles
 * that no longer exist.
 */
export async function restoreViewRights(
  transaction: Transaction<HubgenTables>,
  view: string,
  rights: ViewRights,
): Promise<void> {
  const { roles, columns } = await readNames(transaction, view)
  const made = await readViewRights(transaction, view)
  // Owner first, because a new owner inherits grants made to the previous one.
  if (made !== null && roles.has(rights.owner) && rights.owner !== made.owner) {
    await sql
      .raw(`ALTER VIEW ${view} OWNER TO ${quoteIdentifier(rights.owner)}`)
      .execute(transaction)
  }
  const known = ({ role }: Grant) => role === null || roles.has(role)
  const statements = [
    // Default privileges of the schema may have granted more on the new view than the old one had.
    ...(made?.grants ?? [])
      .filter(({ role }) => role !== rights.owner && role !== made?.owner)
      .map(({ role, privilege }) => `REVOKE ${privilege} ON ${view} FROM ${roleName(role)}`),
    ...rights.grants.filter(known).map((grant) => grantOn(view, grant.privilege, grant)),
    ...commentOn(`VIEW ${view}`, rights.comment),
    ...rights.columns
      .filter(({ name }) => columns.has(name))
      .flatMap(({ name, comment, grants }) => [
        ...commentOn(`COLUMN ${view}.${quoteIdentifier(name)}`, comment),
        ...grants
          .filter(known)
          .map((grant) => grantOn(view, `${grant.privilege} (${quoteIdentifier(name)})`, grant)),
      ]),
  ]
  for (const statement of statements) await sql.raw(statement).execute(transaction)
}

/** The server's roles and the view's columns. */
async function readNames(
  transaction: Transaction<HubgenTables>,
  view: string,
): Promise<{ readonly roles: ReadonlySet<string>; readonly columns: ReadonlySet<string> }> {
  const { rows } = await sql<{ roles: readonly string[]; columns: readonly string[] }>`
    SELECT ARRAY(SELECT rolname::text FROM pg_roles) AS roles,
      ARRAY(SELECT attname::text FROM pg_attribute
        WHERE attrelid = to_regclass(${view}) AND attnum > 0) AS columns`.execute(transaction)
  return { roles: new Set(rows[0]?.roles), columns: new Set(rows[0]?.columns) }
}

function roleName(role: string | null): string {
  return role === null ? 'PUBLIC' : quoteIdentifier(role)
}

function grantOn(view: string, privilege: string, { role, grantable }: Grant): string {
  return `GRANT ${privilege} ON ${view} TO ${roleName(role)}${grantable ? ' WITH GRANT OPTION' : ''}`
}

function commentOn(target: string, comment: string | null): readonly string[] {
  return comment === null ? [] : [`COMMENT ON ${target} IS ${quoteLiteral(comment)}`]
}

/** Fails before a view is changed if the role does not have the rights of its owner. */
export async function checkMember(
  transaction: Transaction<HubgenTables>,
  view: string,
): Promise<void> {
  const { rows } = await sql<{ owner: string; role: string }>`
    SELECT pg_get_userbyid(relowner) AS owner, current_user::text AS role
    FROM pg_class
    WHERE oid = to_regclass(${view}) AND NOT pg_has_role(relowner, 'USAGE')`.execute(transaction)
  const [found] = rows
  if (found === undefined) return
  const grant = `GRANT ${quoteIdentifier(found.owner)} TO ${quoteIdentifier(found.role)}`
  throw new HubgenError(
    'DATABASE_PERMISSION_DENIED',
    `\`${view}\` has to be changed; it belongs to \`${found.owner}\`, and \`${found.role}\` is not a member of that role`,
    { fix: `as \`${found.owner}\` or a superuser run \`${grant}\`, then \`hubgen migrate\`` },
  )
}

/**
 * Fails before a view is dropped that could not be given back to its owner: unless a superuser does it, Postgres
 * lets a role own a view only if the role may create in the schema.
 */
export async function checkOwner(
  transaction: Transaction<HubgenTables>,
  view: string,
): Promise<void> {
  const { rows } = await sql<{ owner: string; schema: string }>`
    SELECT pg_get_userbyid(relowner) AS owner, nspname AS schema
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE pg_class.oid = to_regclass(${view})
      AND pg_get_userbyid(relowner) <> current_user
      AND NOT has_schema_privilege(relowner, nspname, 'CREATE')
      AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)`.execute(transaction)
  const [found] = rows
  if (found === undefined) return
  const grant = `GRANT CREATE ON SCHEMA ${quoteIdentifier(found.schema)} TO ${quoteIdentifier(found.owner)}`
  throw new HubgenError(
    'DATABASE_PERMISSION_DENIED',
    `\`${view}\` has to be created again, and its owner \`${found.owner}\` may not create views in schema \`${found.schema}\``,
    { fix: `as the owner of the schema run \`${grant}\`, then \`hubgen migrate\`` },
  )
}
