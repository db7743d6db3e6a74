import type { ColumnMetadata, TableMetadata } from 'kysely-codegen'

/** The runtime's texts that declare the rows of companion tables. */
export interface RuntimeTexts {
  readonly columns: string
  readonly companionColumns: string
}

/** The column that an expression such as `ColumnType<string, string | bigint, …>` declares. */
interface Promised {
  readonly types: readonly string[]
  readonly nullable: boolean
  readonly hasDefault: boolean
}

/** Names of Postgres types, as in `pg_type`, by the TypeScript type of a select. */
const SELECTED: Readonly<Record<string, readonly string[]>> = {
  string: ['text'],
  number: ['int4', 'float8'],
  boolean: ['bool'],
  Date: ['timestamptz'],
}

const ROW_TYPE =
  /^\/\*\* One row of `(\w+)\.(\w+)`.*\nexport type \w+ = (\w+)(?:<((?:'\w+'(?:, )?)+)>)?$/gm
const EXPRESSION = /ColumnType<([^>]*)>/
const MEMBER = /(?<![\w\]])(\w+): (ColumnType<[^>]*>|\w+)/g

/**
 * The differences between `table.ts` and a database in the companion tables: tables, columns and their order,
 * types, nullability, defaults. `ddl` is the entity's `schema.sql`.
 */
export function compareCompanions(
  module: string,
  ddl: string,
  texts: RuntimeTexts,
  tables: readonly TableMetadata[],
): readonly string[] {
  const stated = [...module.matchAll(ROW_TYPE)]
  const names = new Set(stated.map(([, , name]) => name))
  const [, ...made] = [...ddl.matchAll(/^CREATE TABLE "?\w+"?\."?(\w+)"? \($/gm)]
  const untold = made.flatMap(([, name = '']) =>
    names.has(name) ? [] : [`table \`${name}\` is in the database only`],
  )
  const differences = stated.flatMap(([, schema, name = '', rowType = '', given = '']) => {
    const table = tables.find((one) => one.schema === schema && one.name === name)
    if (table === undefined) return [`table \`${schema}.${name}\` was not created`]
    const ids = given.split(', ').flatMap((id) => (id === '' ? [] : [id.slice(1, -1)]))
    return compareRow(name, readRowType(rowType, ids, texts), table.columns)
  })
  return [...untold, ...differences]
}

/** Columns of a row type of the runtime, read as text; its type arguments, the id columns, come first. */
function readRowType(
  name: string,
  ids: readonly string[],
  { columns, companionColumns }: RuntimeTexts,
): ReadonlyMap<string, Promised> {
  const texts = withoutComments(`${columns}\n${companionColumns}`)
  const block = blockOf(texts, name)
  const members = [...block.matchAll(MEMBER)].map(
    ([, member = '', type = '']) => [member, promise(texts, type)] as const,
  )
  return new Map([...ids.map((id) => [id, promise(texts, 'Id')] as const), ...members])
}

function promise(texts: string, type: string): Promised {
  const expression = EXPRESSION.exec(type) ?? EXPRESSION.exec(blockOf(texts, type))
  const [selected = '', inserted = ''] = (expression?.[1] ?? '').split(',')
  const base = selected.replace('| null', '').trim()
  const nullable = selected.includes('null')
  return {
    types: inserted.includes('bigint') ? ['int8'] : (SELECTED[base] ?? [base]),
    nullable,
    hasDefault: !nullable && inserted.includes('undefined'),
  }
}

function compareRow(
  table: string,
  stated: ReadonlyMap<string, Promised>,
  found: readonly ColumnMetadata[],
): readonly string[] {
  const [here, there] = [[...stated.keys()].join(', '), found.map(({ name }) => name).join(', ')]
  if (here !== there) {
    return [`table \`${table}\`: columns are \`${here}\` in its type, \`${there}\` in the database`]
  }
  return found.flatMap(({ name, dataType, isNullable, hasDefaultValue }) => {
    const promised = stated.get(name)
    if (promised === undefined) return []
    const differs = (what: string, one: unknown, other: unknown) =>
      `table \`${table}\`: column \`${name}\`: ${what} is \`${one}\` in its type, \`${other}\` in the database`
    return [
      ...(promised.types.includes(dataType)
        ? []
        : [differs('type', promised.types.join(' or '), dataType)]),
      ...(promised.nullable === isNullable
        ? []
        : [differs('nullable', promised.nullable, isNullable)]),
      ...(promised.hasDefault === hasDefaultValue
        ? []
        : [differs('default', promised.hasDefault, hasDefaultValue)]),
    ]
  })
}

/** From the name to the beginning of the next type. */
function blockOf(texts: string, name: string): string {
  const start = texts.search(new RegExp(`^(?:export )?(?:type|interface) ${name}\\b`, 'm'))
  if (start === -1) return ''
  const rest = texts.slice(start)
  const end = rest.slice(1).search(/^(?:export|type|interface) /m)
  return end === -1 ? rest : rest.slice(0, end + 1)
}

function withoutComments(text: string): string {
  return text.replace(/\/\*\*[\s\S]*?\*\//g, '')
}
