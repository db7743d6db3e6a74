import type { Entity } from '../entity.ts'

/** Quotes a name for SQL. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** Quotes a text for SQL. It must not contain NUL. */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** Splits an entity's table into schema and name. */
export function tableOf(entity: Pick<Entity, 'table'>): { schema: string; name: string } {
  const [schema = '', ...name] = entity.table.split('.')
  return { schema, name: name.join('.') }
}
