/** One column as a TypeScript interface declares it, in the order of the file. */
export interface StatedColumn {
  readonly name: string
  /** Name of the Postgres type, as in `pg_type`. */
  readonly type: string
  readonly nullable: boolean
  /** Whether an insert may omit it although it is not nullable; null if both are valid. */
  readonly hasDefault: boolean | null
  /** The text of the JSDoc block; null for a system column, whose comment comes from the runtime. */
  readonly document: string | null
}

/** The property types in `table.ts`, and the column types that they declare. */
const PROPERTY_TYPES: Readonly<Record<string, string>> = {
  Text: 'text',
  Numeric: 'numeric',
  Bigint: 'int8',
  Bool: 'bool',
  CalendarDate: 'date',
  Timestamptz: 'timestamptz',
  Jsonb: 'jsonb',
  Overflow: 'jsonb',
}

/** The types of a select of a system column, and the column types that give them. */
const SYSTEM_TYPES: Readonly<Record<string, string>> = {
  string: 'int8',
  boolean: 'bool',
  Date: 'timestamptz',
}

const MEMBER = /^ {2}(?<key>[\w$]+|'(?:[^'\\]|\\.)*'): (?<type>.+)$/

/** The property columns of a generated `table.ts`, read as text, independently of the generator's code. */
export function readTableModule(text: string): readonly StatedColumn[] {
  const start = text.indexOf('export interface ')
  const body = text.slice(start, text.indexOf('\n}', start))
  let document: string[] = []
  return body.split('\n').flatMap((line) => {
    if (line.trim() === '/**') document = []
    if (line.startsWith('   * ')) document.push(line.slice('   * '.length))
    const member = MEMBER.exec(line)?.groups
    if (member === undefined) return []
    const stated = member['type'] ?? ''
    const typeName = /^(?:Archived<)?(\w+)/.exec(stated)?.[1] ?? stated
    const type = PROPERTY_TYPES[typeName] ?? stated
    const column = { name: unquote(member['key'] ?? ''), type, document: document.join(' ') }
    const isOverflow = typeName === 'Overflow'
    return [{ ...column, nullable: !isOverflow, hasDefault: isOverflow }]
  })
}

/** The columns that `interface SystemColumns` of the runtime gives to every table. */
export function readSystemColumns(text: string): readonly StatedColumn[] {
  const start = text.indexOf('export interface SystemColumns ')
  const body = text.slice(start, text.indexOf('\n}', start))
  return [...body.matchAll(/^ {2}(\w+): ColumnType<(\w+)( \| null)?, ([^,]+),/gm)].map(
    ([, name = '', selected = '', orNull, inserted = '']) => ({
      name,
      type: SYSTEM_TYPES[selected] ?? selected,
      nullable: orNull !== undefined,
      // A table that was explored from a file has no portal.
      hasDefault: name === 'portal_id' ? null : inserted.includes('undefined'),
      document: null,
    }),
  )
}

/** A name without the quotes that it may have in the file. */
export function unquote(key: string): string {
  if (!key.startsWith("'")) return key
  return key
    .slice(1, -1)
    .replace(/\\(?:u([0-9A-Fa-f]{4})|(.))/g, (_, digits: string | undefined, plain = '') =>
      digits === undefined ? unescaped(plain) : String.fromCharCode(Number.parseInt(digits, 16)),
    )
}

function unescaped(character: string): string {
  return character === 'n' ? '\n' : character
}
