import type { Entity } from '../entity.ts'

/** A name as SQL takes it, whatever it contains. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** Text as SQL takes it, whatever it contains besides NUL. */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** The table of an entity, schema and name apart. */
export function tableOf(entity: Pick<Entity, 'table'>): { schema: string; name: string } {
  const [schema = '', ...name] = entity.table.split('.')
  return { schema, name: name.join('.') }
}
