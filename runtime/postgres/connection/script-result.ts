/** The result of one statement of a script. */
export interface ScriptResult {
  readonly columns: readonly string[]
  /** As `pg` returns them: bigint and numeric as text. */
  readonly rows: readonly Readonly<Record<string, unknown>>[]
}
