/** The facts that decide whether an entity is ready for production. */
export interface ChecklistFacts {
  /** As `hubgen status` shows it. */
  readonly state: string
  /** The commands against the problems that `hubgen status` reports, without `hubgen`. */
  readonly problems: readonly string[]
  /** The table has every column of the generated files, with its type. */
  readonly tableFits: boolean
  /** A full read was completed. */
  readonly isComplete: boolean
  readonly incremental: object | null
  /** Of the last three days, those on which a sync succeeded. */
  readonly syncedDays: number
  readonly audit: {
    readonly at: Date
    readonly records: number
    readonly differing: number
    readonly unexplained: readonly { readonly subject: string }[]
  } | null
  readonly checks: {
    readonly checkedAt: Date
    readonly passed: number
    readonly failed: number
    readonly unjudged: number
  } | null
  /** Whether a check has a threshold from hubgen.config.ts for the completeness of a property. */
  readonly hasThresholds: boolean
  readonly quarantine: { readonly values: number; readonly records: number }
  readonly drift: {
    readonly lookedAt: Date
    readonly grave: number
    readonly lesser: number
  } | null
}

export interface ChecklistView {
  readonly mark: 'x' | ' '
  readonly text: string
}

interface Point {
  readonly text: string
  readonly isDone: (facts: ChecklistFacts) => boolean
}

/** The points for an entity, in the order in which a person would see to them; without facts none is done. */
export function listChecklist(
  entity: string,
  facts: ChecklistFacts | null,
): readonly ChecklistView[] {
  return pointsOf(entity).map(({ text, isDone }) => ({
    mark: facts !== null && isDone(facts) ? 'x' : ' ',
    text,
  }))
}

function pointsOf(entity: string): readonly Point[] {
  const run = (command: string) => `\`npx hubgen ${command}\``
  return [
    {
      text: `The table has every column of the generated files (${run('migrate')}).`,
      isDone: ({ tableFits }) => tableFits,
    },
    {
      text: `Every record was read once (${run(`sync ${entity}`)}).`,
      isDone: ({ isComplete }) => isComplete,
    },
    {
      text: `An incremental sync succeeded (${run(`sync ${entity}`)} again).`,
      isDone: ({ incremental }) => incremental !== null,
    },
    {
      text: `Records were compared with HubSpot, and no difference is unexplained (${run(`verify ${entity} --values`)}).`,
      isDone: ({ audit }) => audit !== null && audit.records > 0 && audit.unexplained.length === 0,
    },
    {
      text: 'A property that matters has a threshold for completeness (`quality` in `hubgen.config.ts`).',
      isDone: ({ hasThresholds }) => hasThresholds,
    },
    {
      text: `No quality check failed (${run(`check ${entity}`)}).`,
      isDone: ({ checks }) => checks !== null && checks.failed === 0,
    },
    {
      text: `The quarantine is empty (${run(`quarantine ${entity}`)}).`,
      isDone: ({ quarantine }) => quarantine.values + quarantine.records === 0,
    },
    {
      text: `HubSpot's properties, the generated files and the table agree (${run(`diff ${entity} --database`)}).`,
      isDone: ({ drift }) => drift !== null && drift.grave === 0,
    },
    {
      text: `A sync succeeded on each of the last three days (\`node_modules/.bin/hubgen sync --all --every 15m\`).`,
      isDone: ({ syncedDays }) => syncedDays === 3,
    },
    {
      text: `${run('status')} reports no problem of this entity.`,
      isDone: ({ problems }) => problems.length === 0,
    },
  ]
}
