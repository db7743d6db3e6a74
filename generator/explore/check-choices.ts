import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { HubgenError } from '../../runtime/errors.ts'
import { configInvalid } from '../config/config-error.ts'
import type { Analysis } from '../model/analysis.ts'
import { type Choices, NO_CHOICES } from '../model/choices.ts'
import type { ListedNames } from '../model/compare-analyses.ts'
import { findUnindexed } from '../model/indexes.ts'
import { nearestName } from '../model/nearest-name.ts'
import { schemaOf } from '../model/schema-name.ts'
import type { EntityTarget } from './entity-target.ts'

/** An explored entity, and its earlier analysis. */
export interface CheckedEntity {
  readonly entity: string
  /** Of its `analysis.json`; its generated files are in the same folder. */
  readonly path: string
  readonly earlier: Analysis | null
  readonly analysis: Analysis
  readonly listed: ListedNames
  /** `all` if this key may see every class of properties. */
  readonly answered: 'all' | 'some'
}

/** The choices in hubgen.config.ts for an entity. */
export type EntityChoices = (target: EntityTarget) => Choices

/** Without a hubgen.config.ts. */
export const noChoices: EntityChoices = () => NO_CHOICES

/**
 * Checks the choices in hubgen.config.ts against HubSpot: fails with CONFIG_INVALID for a property that
 * neither HubSpot nor the earlier analysis has, with SCHEMA_CHANGED for another schema than the table's, and
 * with COLUMN_NAMED for another name of a generated column. Returns a sentence for each choice without an
 * effect.
 */
export function checkChoices(choices: Choices, checked: CheckedEntity): readonly string[] {
  const { entity, path, earlier, analysis } = checked
  const { problems, notes } = checkNames(choices, checked)
  problems.push(...findSharedNames(choices, earlier), ...findEmptied(choices, checked))
  if (problems.length > 0) throw configInvalid(choices.file, problems)
  if (earlier !== null && choices.schema !== null && choices.schema !== schemaOf(earlier)) {
    throw schemaChanged(choices, schemaOf(earlier), entity)
  }
  const isGenerated = existsSync(join(dirname(path), 'schema.sql'))
  if (earlier !== null && isGenerated) checkColumnNames(choices, earlier)
  return [...notes, ...findUseless(choices, analysis)]
}

/** Names and patterns of missing properties: likely misspellings are problems, the others notes. */
function checkNames(
  choices: Choices,
  { entity, earlier, listed, answered }: CheckedEntity,
): { readonly problems: string[]; readonly notes: string[] } {
  const known = new Set([...(listed ?? []), ...(earlier === null ? [] : propertyNames(earlier))])
  const [problems, notes]: [string[], string[]] = [[], []]
  const add = (isSlip: boolean, sentence: string) =>
    isSlip ? problems.push(sentence) : notes.push(`${choices.file}: ${sentence}`)
  for (const { place, property } of choices.mentioned) {
    if (known.has(property)) continue
    const nearest = nearestName(property, [...known])
    // A key that sees only some of the properties proves nothing about the others.
    const isSlip = answered === 'all' || nearest !== null
    add(isSlip, `${place}: \`${entity}\` has no property \`${property}\`${meant(nearest)}`)
  }
  for (const { place, entities, pattern, fits } of choices.patterns) {
    if (entities === 'all' || [...known].some(fits)) continue
    const nearest = nearestPattern(pattern, [...known])
    const names = !pattern.includes('*') && !pattern.includes('?')
    const narrows = place.startsWith('include.')
    // `exclude` may name properties in advance that must never be copied.
    const isSlip = nearest !== null || (answered === 'all' && (names || narrows))
    add(isSlip, `${place}: \`${pattern}\` matches no property${meant(nearest)}`)
  }
  return { problems, notes }
}

/**
 * Checks the patterns for every entity against all properties of all entities. One that matches none of them
 * and resembles one fails with CONFIG_INVALID; returns a sentence for each of the others.
 */
export function checkCommonPatterns(
  { file, patterns }: Choices,
  analyses: readonly Analysis[],
): readonly string[] {
  const known = [...new Set(analyses.flatMap(propertyNames))]
  const unfit = patterns
    .filter(({ entities, fits }) => entities === 'all' && !known.some(fits))
    .map(({ place, pattern }) => {
      const nearest = nearestPattern(pattern, known)
      const sentence = `${place}: \`${pattern}\` matches no property of any entity${meant(nearest)}`
      return { sentence, isSlip: nearest !== null }
    })
  const slips = unfit.filter(({ isSlip }) => isSlip)
  if (slips.length > 0)
    throw configInvalid(
      file,
      slips.map(({ sentence }) => sentence),
    )
  return unfit.map(({ sentence }) => `${file}: ${sentence}`)
}

function propertyNames({ properties, skipped }: Analysis): readonly string[] {
  return [...properties, ...skipped].map(({ name }) => name)
}

function meant(nearest: string | null): string {
  return nearest === null ? '' : `; did you mean \`${nearest}\`?`
}

/** The nearest beginning of a name for a pattern that ends in `*`. */
function nearestPattern(pattern: string, known: readonly string[]): string | null {
  const [, begin = '', end = ''] = /^([^*?]+)(\*?)$/.exec(pattern) ?? []
  if (begin === '') return null
  if (end === '') return nearestName(begin, known, 3)
  const lengths = [-1, 0, 1].map((more) => begin.length + more)
  const begins = known.flatMap((name) =>
    lengths.filter((length) => length > 2).map((length) => name.slice(0, length)),
  )
  const nearest = nearestName(begin, [...new Set(begins)], 1)
  return nearest === null ? null : `${nearest}*`
}

/** A name that another property has, or had before it got another type. */
function findSharedNames({ columns }: Choices, earlier: Analysis | null): readonly string[] {
  const holders = new Map(
    (earlier?.properties ?? []).flatMap(({ name, column, earlierColumns = [] }) =>
      [...earlierColumns, column]
        .filter((one) => one !== column || !columns.has(name))
        .map((one) => [one.name, name] as const),
    ),
  )
  return [...columns].flatMap(([property, name]) => {
    const holder = holders.get(name)
    return holder === undefined || holder === property
      ? []
      : `columns.${earlier?.entity}: \`${name}\` is already the column of \`${holder}\`, so \`${property}\` cannot have it`
  })
}

/** Ids and stamps alone are not a useful copy. */
const BOOKKEEPING: ReadonlySet<string> = new Set([
  'hs_object_id',
  'createdate',
  'hs_createdate',
  'lastmodifieddate',
  'hs_lastmodifieddate',
])

/** Patterns that leave nothing to copy: every column there is would be kept and never filled again. */
function findEmptied(
  choices: Choices,
  { entity, analysis, listed }: CheckedEntity,
): readonly string[] {
  const left = analysis.properties.filter(
    ({ archived, name }) => !archived && !BOOKKEEPING.has(name),
  )
  const leavesOut = [...(listed ?? [])].some((name) => choices.excludedBecause(name) !== null)
  if (left.length > 0 || !leavesOut) return []
  return [`include and exclude leave \`${entity}\` no property but ids and stamps`]
}

/** Choices without an effect, because their properties do not allow them. */
function findUseless(choices: Choices, analysis: Analysis): readonly string[] {
  const skipped = new Map(analysis.skipped.map(({ name, reason }) => [name, reason]))
  const without = choices.mentioned.flatMap(({ place, property }) => {
    const reason = skipped.get(property)
    return reason === undefined
      ? []
      : `${choices.file}: ${place}: \`${property}\` has no column: ${reason}`
  })
  return [...without, ...findUnindexed(analysis)]
}

/** Renaming would break queries and views, and Postgres cannot keep a column under two names. */
function checkColumnNames({ file, columns }: Choices, earlier: Analysis): void {
  const renamed = earlier.properties.flatMap(({ name, column, earlierColumns = [] }) => {
    const wanted = columns.get(name)
    const names = [column, ...earlierColumns].map((one) => one.name)
    return wanted === undefined || names.includes(wanted) ? [] : [{ name, is: column.name, wanted }]
  })
  const [first] = renamed
  if (first === undefined) return
  const { entity } = earlier
  const listed = renamed.map(
    ({ name, is, wanted }) => `\n  - \`${name}\` has column \`${is}\`, not \`${wanted}\``,
  )
  throw new HubgenError(
    'COLUMN_NAMED',
    `a column keeps the name that it was generated with:${listed.join('')}`,
    {
      at: file,
      fix:
        `set \`columns: { ${entity}: { ${first.name}: '${first.is}' } }\` or leave it out; for another name ` +
        'create a view over the table, which syncs and migrations leave alone',
    },
  )
}

function schemaChanged(choices: Choices, schema: string, entity: string): HubgenError {
  return new HubgenError(
    'SCHEMA_CHANGED',
    `\`${entity}\` has its table in schema \`${schema}\`, the configuration says \`${choices.schema}\``,
    {
      at: choices.file,
      fix: `set \`schema: '${schema}'\`, because tables are not moved, or start over in another folder with \`--directory\``,
    },
  )
}
