import type { CodecType } from '../values/codec.ts'

/**
 * A thing that HubSpot serves outside of `/crm/objects`, as pure data: lists, forms, e-mails, currencies. The reader,
 * the tables, their types and documents all follow from it, so it contains no code.
 */
export interface Resource {
  /** The table, the folder in `generated/portal` and the name on the command line: `contact_list`. */
  readonly name: string
  /** The name that people type for it: `lists`. */
  readonly alias?: string
  /** A sentence for people: `Lists (segments) of records.` */
  readonly title: string
  /** `asked`: only if the configuration names it, because it can cost many calls or rows. */
  readonly read: 'always' | 'asked'
  /** Its rows describe persons. */
  readonly personal?: PersonalRows
  /** Ways to read it, best first. A later one is used if HubSpot answers that an earlier one does not exist. */
  readonly versions: readonly ResourceVersion[]
  /** A key needs all scopes of one of these lists. Empty if they depend on the parent. */
  readonly scopes: readonly (readonly string[])[]
  /** Its rows belong to the rows of another resource or to pairs of object types: one chain of pages for each. */
  readonly parent?: ResourceParent | ObjectPairParent
  /** The columns of the primary key, in its order. */
  readonly key: readonly string[]
  /** The key column that becomes a hash of other columns in rows for which HubSpot sends no key. */
  readonly keyHash?: { readonly column: string; readonly of: readonly string[] }
  /** Makes incremental reads possible; without it every read is complete. */
  readonly stamp?: ResourceStamp
  /**
   * `absent`: a row that a complete read lacks was deleted. `absentInParent`: the same within the rows of one
   * parent. `never`: HubSpot does not show deletions.
   */
  readonly deletes: 'absent' | 'absentInParent' | 'never'
  /** In addition, every table has `portal_id`, `_fivetran_synced` and, where deletes show, `_fivetran_deleted`. */
  readonly columns: Readonly<Record<string, ResourceColumn>>
  /** Tables of what a row contains. All rows of a parent row are replaced together. */
  readonly children?: readonly ChildTable[]
  /** Column → `table.column` of another table. Documented and indexed, but no constraint. */
  readonly refs?: Readonly<Record<string, string>>
  /** Refusals that are expected. A 403 that is not listed skips the resource. */
  readonly refuse?: readonly ResourceRefusal[]
  /**
   * A column whose field some answers leave out: then it, and the columns of fields within that field, keep what they
   * have.
   */
  readonly keeps?: string
  /** Columns that HubSpot counts on without a trace, so that a comparison later finds other numbers. */
  readonly statistics?: readonly string[]
  /** How long a complete read counts as fresh. */
  readonly every: 'run' | 'hour' | 'day'
  /** The only code that a resource may name: finds the contact of a row by `personal.address`, which such a resource needs, with a stamp and a key of one column. */
  readonly derive?: Readonly<Record<string, 'matchContact'>>
}

/** Where a resource has data about a person, so that erasing a contact finds it. */
interface PersonalRows {
  /** The column with the person's address; emptied as well. Without one, rows of the contact are removed. */
  readonly address?: string
  /** The column with the contact's id, if there is one. */
  readonly contact?: string
  /** Other columns to empty. Child tables keep only their keys. */
  readonly columns?: readonly string[]
}

/** One way to read a resource: its API version with everything that depends on it. */
export interface ResourceVersion {
  /** `2026-09`, `v3` */
  readonly version: string
  /** When HubSpot ends its support: `2027-09`. Absent if no end is known. */
  readonly until?: string
  readonly method?: 'GET' | 'POST'
  /** With a leading slash; `{name}` is replaced by a value that `parent.bind` or `detail` names. */
  readonly path: string
  /** Sent with every page. An array repeats the parameter in a query. */
  readonly query?: RequestConstants
  /** Sent with every page of a POST. */
  readonly body?: RequestConstants
  /**
   * Read in turn with these additional parameters, which fill a placeholder of the path, or stand in the query or the
   * body of a POST. The first answer for a key wins. `^name` is the parameter in columns.
   */
  readonly variants?: readonly RequestConstants[]
  /** The field with the rows: `results`, `lists`. `''`: the answer itself is the only row, or the array of rows. */
  readonly items: string
  /** A list in each of these rows whose elements are the rows; an element has the fields of its row as well. */
  readonly each?: string
  readonly page: ResourcePage
  /** Read once for each new or changed row; its fields are added to those of the row. `{column}` in it is replaced by the row's column. */
  readonly detail?: { readonly path: string; readonly changed: readonly string[] }
}

export type RequestConstants = Readonly<
  Record<string, string | number | boolean | readonly string[]>
>

/**
 * `after`: `paging.next.after` of an answer is sent back. `offset`: the number `offset` of the answer,
 * while it has `hasMore`. `opaque`: the same with a token that does not live long, so an interrupted
 * chain starts again. `none`: one answer has all rows.
 */
type ResourcePage =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'after' | 'offset' | 'opaque'
      /** Where cursor and size are sent. */
      readonly in: 'query' | 'body'
      /** Rows per page. */
      readonly size: number
      /** The parameter of the size: `limit`, `count`. */
      readonly sizeParam: string
    }

export interface ResourceParent {
  /** The name of another resource, which is read first. */
  readonly resource: string
  /** Placeholder of the path → column of the parent: `{ listId: 'id' }`. */
  readonly bind: Readonly<Record<string, string>>
  /** Only parents whose columns have one of these values: `{ object_type_id: ['0-1'] }`. */
  readonly when?: Readonly<Record<string, readonly string[]>>
  /** All parents but those whose columns have one of these values. */
  readonly unless?: Readonly<Record<string, readonly string[]>>
  /**
   * Columns of the parent. Its rows are read again only after one of them changed. Absent if no column shows
   * a change: then every read reads all parents.
   */
  readonly changed?: readonly string[]
  /** The column of the parent with the number of its rows, for estimates. */
  readonly size?: string
}

/** One chain for each pair of `Entity.objectPairs`; `{from}` and `{to}` in the path, `^from` and `^to` in columns. */
interface ObjectPairParent {
  readonly objectPairs: true
}

interface ResourceStamp {
  readonly column: string
  /** The parameters that limit a read to a time span. Absent if HubSpot has none, but sends newest first. */
  readonly filter?: {
    readonly from: string
    readonly to?: string
    /** Milliseconds since 1970, or ISO text. */
    readonly as: 'ms' | 'iso'
    /** A first read is cut into spans of this many days. Needs `to`. */
    readonly days?: number
  }
  /** Rows newest first: a chain ends at the first page that is older than the saved stamp. Needs no filter. */
  readonly newestFirst?: true
  /** Rows younger than this are left to the next run, because HubSpot may still add some before them. */
  readonly lagMinutes: number
  /** How far a later read begins before the saved stamp. */
  readonly overlapMinutes: number
  /**
   * Rows change in HubSpot until they are this old: now and then a read begins so far before the last such read. Only
   * where `deletes` is `never`, as complete reads find changes, too.
   */
  readonly tail?: { readonly days: number; readonly every: 'week' }
}

/**
 * Where the value is, and the column's type, which is also the codec: `timestamptz` reads ISO text,
 * milliseconds, and milliseconds as text. A value that is an object or array is JSON text.
 *
 * Pointers: `a.b` a field of a field; `a[name=email].value` the first element whose `name` is `email`;
 * `''` the row itself, or the element of a child table; `#` the position of the element, from 0; `^id` the column `id`
 * of the parent (of the row itself, in a child table).
 */
type ResourceColumn = readonly [pointer: string, type: CodecType]

export interface ChildTable {
  readonly table: string
  /** `fields[]`, `fieldGroups[].fields[]`; `''` is the row itself, once. */
  readonly each: string
  /** Only rows whose field (pointer) has one of these values: `{ type: ['OPEN'] }`. */
  readonly when?: Readonly<Record<string, readonly string[]>>
  readonly key: readonly string[]
  readonly columns: Readonly<Record<string, ResourceColumn>>
  /** Columns that have the same text in all rows of this entry. Two entries may fill one table. */
  readonly set?: Readonly<Record<string, string>>
  readonly refs?: Readonly<Record<string, string>>
}

interface ResourceRefusal {
  readonly status: number
  /** A word of HubSpot's answer (`category`, `subCategory` or in `errors[]`); absent: any answer of this status. */
  readonly code?: string
  readonly skip: 'parent' | 'resource'
}
