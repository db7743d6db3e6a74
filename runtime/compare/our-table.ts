/** The rows of this copy that belong to one table of another copy; the parts are SQL of the generator. */
export interface OurTable {
  /** As the other copy names it, without a schema: `deal`, `deal_company`. */
  readonly name: string
  /** A table, or a query with an alias, as it follows `FROM`. */
  readonly from: string
  /** Expressions by every name under which another copy may have them. */
  readonly columns: ReadonlyMap<string, string>
  /** Names that identify a row, best first; each list is used as far as the other table has its columns. */
  readonly keys: readonly (readonly string[])[]
  /** The time of the last change in HubSpot; null if its rows have none. */
  readonly changedAt: string | null
  /** Whether a row is marked as deleted; null if its rows have no such mark. */
  readonly isDeleted: string | null
  /** Names of columns that HubSpot computes, whose changes move no stamp. */
  readonly calculated: ReadonlySet<string>
}
