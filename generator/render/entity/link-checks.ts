import type { Analysis } from '../../model/analysis.ts'
import type { CompanionOf } from '../../model/companion.ts'
import type { CompanionKind } from '../../model/companion-names.ts'
import { companions } from '../../model/companions.ts'
import { schemaOf } from '../../model/schema-name.ts'
import { sqlComment, sqlIdentifier, sqlLiteral, sqlTable } from '../text/escape-sql.ts'
import { type Numbered, numberAll } from '../text/number-all.ts'

/** A check of one table of links or merges, joined to the entity's own; all escaped for SQL. */
export interface LinkCheck {
  /** For a comment. */
  readonly title: string
  /** Literal. */
  readonly checkName: string
  readonly table: string
  readonly joins: readonly { readonly name: string; readonly column: string }[]
  readonly problems: readonly Numbered<LinkProblem>[]
}

interface LinkProblem {
  /** Literal of table, column and problem. */
  readonly subject: string
  readonly violated: string
  readonly example: string
}

/** The checks of each kind of companion table. */
const CHECKS: {
  readonly [Kind in CompanionKind]:
    | ((analysis: Analysis, companion: CompanionOf<Kind>) => LinkCheck)
    | null
} = {
  associations: checkLinks,
  merges: checkMerges,
  pipelines: null,
  stages: null,
  history: null,
}

/** Links whose own end is not a live record, and merges that contradict the rows. */
export function listLinkChecks(analysis: Analysis): readonly LinkCheck[] {
  return companions(analysis).flatMap((companion) => check(analysis, companion) ?? [])
}

function check<Kind extends CompanionKind>(
  analysis: Analysis,
  companion: CompanionOf<Kind>,
): LinkCheck | null {
  return CHECKS[companion.kind]?.(analysis, companion) ?? null
}

function checkLinks(
  analysis: Analysis,
  { table, syncFact, to }: CompanionOf<'associations'>,
): LinkCheck {
  const { fromColumn } = syncFact
  const from = `link.${sqlIdentifier(fromColumn)}`
  return {
    title: sqlComment(
      `Links from ${analysis.entity} to ${to.entity} whose own end is not a live record here; there are none after a complete run.`,
    ),
    checkName: sqlLiteral('links'),
    table: sqlTable(schemaOf(analysis), table),
    joins: [{ name: 'record', column: from }],
    problems: numberAll([
      problem(`${table}: ${fromColumn} is not here`, 'record.id IS NULL', from),
      problem(`${table}: ${fromColumn} is deleted`, 'record.is_deleted', from),
    ]),
  }
}

function checkMerges(analysis: Analysis, { table, syncFact }: CompanionOf<'merges'>): LinkCheck {
  const { survivorColumn, mergedColumn } = syncFact
  const survivor = `link.${sqlIdentifier(survivorColumn)}`
  const merged = `link.${sqlIdentifier(mergedColumn)}`
  return {
    title: 'Merges: merged ids that are still live here, and survivors that are missing here.',
    checkName: sqlLiteral('merges'),
    table: sqlTable(schemaOf(analysis), table),
    joins: [
      { name: 'merged', column: merged },
      { name: 'survivor', column: survivor },
    ],
    problems: numberAll([
      problem(`${table}: ${mergedColumn} is live`, 'NOT merged.is_deleted', merged),
      problem(`${table}: ${survivorColumn} is not here`, 'survivor.id IS NULL', survivor),
    ]),
  }
}

function problem(subject: string, violated: string, example: string): LinkProblem {
  return { subject: sqlLiteral(subject), violated, example }
}
