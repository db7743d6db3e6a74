/** SQL that belongs together, under what it locks and for how long. */
export interface MigrationStep {
  readonly lock: string
  readonly statements: readonly string[]
}
