import { compareText } from './compare-text.ts'
import { type AddDrift, collectDrift, type Drift } from './drift.ts'
import { shortened, type Wording, words } from './wording.ts'

/** A table as an analysis defines it. */
export interface WantedTable {
  readonly schema: string
  readonly table: string
  /** Whether it is a companion or shared table: sentences about its columns then name the table. */
  readonly beside: boolean
  /** Null if hubgen sets none and accepts any. */
  readonly comment: string | null
  readonly key: WantedKey
  readonly columns: readonly WantedColumn[]
  readonly indexes: readonly WantedIndex[]
}

export interface WantedKey {
  readonly columns: readonly string[]
  /** The statement that creates it. */
  readonly fix: string
}

export interface WantedColumn {
  readonly name: string
  /** In Postgres's spelling, e.g. `timestamp with time zone`. */
  readonly type: string
  readonly notNull: boolean
  /** An SQL expression. */
  readonly default: string | null
  readonly comment: string | null
}

interface WantedIndex {
  readonly name: string
  readonly method: string
  readonly columns: readonly (string | null)[]
  /** The condition of a partial index; null for a full one. */
  readonly predicate: string | null
}

/** A table as a database has it. */
export interface FoundTable {
  readonly comment: string | null
  readonly key: FoundKey | null
  readonly columns: readonly WantedColumn[]
  readonly indexes: readonly (WantedIndex & { readonly valid: boolean })[]
  /** All constraints that may refuse a row, except for the primary key and NOT NULL. */
  readonly constraints: readonly FoundConstraint[]
}

interface FoundKey {
  readonly name: string
  readonly columns: readonly string[]
  /** Postgres does not accept such a key for `ON CONFLICT`, which every batch needs. */
  readonly deferrable: boolean
}

interface FoundConstraint {
  readonly name: string
  /** In Postgres's spelling: `CHECK ((id > 0))`. */
  readonly definition: string
}

/**
 * Compares a live table with its analysis. The order of columns does not matter: migrations add columns at
 * the end. Ignores indexes that hubgen did not create.
 */
export function compareTable(
  entity: string | null,
  wanted: WantedTable,
  found: FoundTable | null,
): readonly Drift[] {
  const { add, found: drifts } = collectDrift(entity)
  const name = `${wanted.schema}.${wanted.table}`
  if (found === null) {
    add('table_missing', name, words`table ${name} is missing`, { after: name })
    return drifts
  }
  compareComment(name, words`table ${name}`, found.comment, wanted.comment, add)
  compareKeys(name, wanted.key, found.key, add)
  compareColumns(wanted, found, { place: wanted.beside ? words` of table ${name}` : [], add })
  compareConstraints(name, found, add)
  compareIndexes(wanted, found, add)
  return drifts
}

/** Without its key, or with another one, Postgres refuses every batch, because rows could be duplicated. */
function compareKeys(
  table: string,
  wanted: WantedKey,
  found: FoundKey | null,
  add: AddDrift,
): void {
  const should = wanted.columns.join(', ')
  if (found === null) {
    const missing = words`table ${table} has no primary key, so sync cannot write to it → ${wanted.fix}`
    add('key_missing', table, missing, { after: should })
    return
  }
  const is = found.columns.join(', ') + (found.deferrable ? ' DEFERRABLE' : '')
  if (is === should) return
  const changed = words`primary key ${found.name} of table ${table} is (${is}), not (${should}), so sync cannot write to it → drop that constraint, then ${wanted.fix}`
  add('key_changed', table, changed, { before: is, after: should })
}

function compareConstraints(table: string, { constraints }: FoundTable, add: AddDrift): void {
  for (const { name, definition } of constraints) {
    const wording = words`constraint ${name} of table ${table} is not hubgen's: ${shortened(definition, 120)} → sync fails on every record that it refuses; drop it, or keep it outside of this table`
    add('constraint_extra', name, wording, { before: definition })
  }
}

interface Telling {
  /** Where the columns are; empty in the entity's own table. */
  readonly place: Wording
  readonly add: AddDrift
}

function compareColumns(wanted: WantedTable, found: FoundTable, telling: Telling): void {
  const { place, add } = telling
  const live = new Map(found.columns.map((column) => [column.name, column]))
  for (const column of wanted.columns) {
    const now = live.get(column.name)
    if (now === undefined) {
      add(
        'column_missing',
        column.name,
        words`column ${column.name} ${shortType(column.type)}${place} is missing`,
        {
          after: column.type,
        },
      )
      continue
    }
    compareColumn(column, now, telling)
  }
  const known = new Set(wanted.columns.map(({ name }) => name))
  const extra = found.columns.filter(({ name }) => !known.has(name))
  for (const column of extra.toSorted((left, right) => compareText(left.name, right.name))) {
    add(
      'column_extra',
      column.name,
      words`column ${column.name} ${shortType(column.type)}${place} is in the table but not in the analysis`,
      { before: column.type },
    )
  }
}

function compareColumn(wanted: WantedColumn, found: WantedColumn, telling: Telling): void {
  const { place, add } = telling
  const { name } = wanted
  if (found.type !== wanted.type) {
    add(
      'column_type_changed',
      name,
      words`column ${name}${place} is ${shortType(found.type)}, not ${shortType(wanted.type)}`,
      { before: found.type, after: wanted.type },
    )
  }
  if (found.notNull !== wanted.notNull) {
    const [is, should] = [found.notNull, wanted.notNull].map((one) =>
      one ? 'NOT NULL' : 'nullable',
    )
    add(
      'column_nullability_changed',
      name,
      words`column ${name}${place} is ${[is ?? '']}, not ${[should ?? '']}`,
      {
        before: is ?? '',
        after: should ?? '',
      },
    )
  }
  compareDefault(wanted, found, telling)
  compareComment(name, words`column ${name}${place}`, found.comment, wanted.comment, add)
}

function compareDefault(wanted: WantedColumn, found: WantedColumn, { place, add }: Telling): void {
  const [is, should] = [found.default, wanted.default].map(bareExpression)
  if (is === should) return
  const { name } = wanted
  const fix =
    should === null
      ? words`ALTER COLUMN ${name} DROP DEFAULT`
      : words`ALTER COLUMN ${name} SET DEFAULT ${wanted.default ?? ''}`
  const wording = words`column ${name}${place} has default ${is ?? 'none'}, not ${should ?? 'none'} → ${fix}`
  add('column_default_changed', name, wording, {
    ...(is != null && { before: is }),
    ...(should != null && { after: should }),
  })
}

/** Postgres writes `'3000000000'::bigint` and `'{}'::jsonb` for hubgen's number and `'{}'`. */
function bareExpression(expression: string | null): string | null {
  const [, literal] = /^'([^']*)'(?:::[a-z ]+)?$/.exec(expression ?? '') ?? []
  return literal ?? expression
}

function compareComment(
  subject: string,
  what: ReturnType<typeof words>,
  found: string | null,
  wanted: string | null,
  add: AddDrift,
): void {
  if (wanted === null || (found ?? '') === wanted) return
  const is = found === null ? words`none` : words`"${shortened(found)}"`
  add('comment_changed', subject, words`comment of ${what} is ${is}, not "${shortened(wanted)}"`, {
    ...(found !== null && { before: found }),
    after: wanted,
  })
}

function compareIndexes(wanted: WantedTable, found: FoundTable, add: AddDrift): void {
  const live = new Map(found.indexes.map((index) => [index.name, index]))
  for (const index of wanted.indexes) {
    const now = live.get(index.name)
    const [is, should] = [now, index].map((one) => (one === undefined ? '' : describeIndex(one)))
    if (now === undefined) {
      add('index_missing', index.name, words`index ${index.name} on ${should ?? ''} is missing`, {
        after: should ?? '',
      })
    } else if (is !== should) {
      add(
        'index_changed',
        index.name,
        words`index ${index.name} is on ${is ?? ''}, not ${should ?? ''}`,
        {
          before: is ?? '',
          after: should ?? '',
        },
      )
    } else if (!now.valid) {
      const half = words`index ${index.name} is invalid: its creation was interrupted`
      add('index_invalid', index.name, half)
    }
  }
}

/** `property_amount (btree)`, `id (btree) where is_deleted`. */
function describeIndex({ method, columns, predicate }: WantedIndex): string {
  const rows = predicate === null ? '' : ` where ${predicate}`
  return `${columns.map((column) => column ?? 'an expression').join(', ')} (${method})${rows}`
}

/** In hubgen's spelling: Postgres writes `timestamptz` as four words. */
export function shortType(type: string): string {
  return type === 'timestamp with time zone' ? 'timestamptz' : type
}
