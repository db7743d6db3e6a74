/*
 * Only `explore` applies the settings of `hubgen.config.ts` that concern generated files: it writes each
 * choice and its reason into the analysis, so that generated files depend only on the analysis. Withdrawing a
 * choice keeps the decision, and another name for a generated column is refused, because users' queries have
 * the old one. `hubgen check` and the dashboard read `quality` when they run; no file contains it:
 * `quality.sql` counts, and the configuration judges.
 */

import type { Choices, ChosenPattern } from '../model/choices.ts'
import { NO_CHOICES } from '../model/choices.ts'
import { fitsPattern } from '../model/glob.ts'
import { findStandardObjectType } from '../model/object-types.ts'
import type { Config } from './read-config.ts'

/** The names of one entity in a configuration. */
export interface EntityNames {
  readonly entity: string
  readonly table: string
  readonly objectType: { readonly id: string; readonly name: string }
}

/** The settings for one entity: `*` and every name of the entity together. */
export function chooseFor(config: Config | null, names: EntityNames): Choices {
  if (config === null) return NO_CHOICES
  const include = patternsOf('include', config, names)
  const exclude = patternsOf('exclude', config, names)
  const [columns, types] = [merged(config.columns, names), merged(config.types, names)]
  const indexes = entriesOf(config.indexes, names).flatMap(([, properties]) => properties)
  const history = historyOf(config, names)
  const former = history === 'default' ? [] : (history ?? [])
  return {
    file: config.file,
    schema: config.schema ?? null,
    compat: config.compat ?? null,
    excludedBecause: (property) => excludedBecause(config.file, property, include, exclude),
    columns: new Map(columns.map(([, property, name]) => [property, name])),
    types: new Map(types.map(([, property, type]) => [property, type])),
    indexes: config.indexes === undefined ? null : indexes,
    history,
    mentioned: [
      ...columns.map(([entity, property]) => ({ place: `columns.${entity}`, property })),
      ...types.map(([entity, property]) => ({ place: `types.${entity}`, property })),
      ...indexes.map((property) => ({ place: `indexes.${names.entity}`, property })),
      ...former
        .filter((pattern) => !isPattern(pattern))
        .map((property) => ({ place: `history.${names.entity}`, property })),
    ],
    patterns: [
      ...include,
      ...exclude,
      ...former
        .filter(isPattern)
        .map((pattern) => toPattern(`history.${names.entity}`, 'one', pattern)),
    ],
  }
}

function excludedBecause(
  file: string,
  property: string,
  include: readonly ChosenPattern[],
  exclude: readonly ChosenPattern[],
): string | null {
  const excluding = exclude.find(({ fits }) => fits(property))
  if (excluding !== undefined) return `${file} says to leave out \`${excluding.pattern}\`.`
  if (include.length === 0 || include.some(({ fits }) => fits(property))) return null
  return `${file} says which properties to include, and this is none of them.`
}

function patternsOf(
  setting: 'include' | 'exclude',
  config: Config,
  names: EntityNames,
): readonly ChosenPattern[] {
  return entriesOf(config[setting], names).flatMap(([key, patterns]) =>
    patterns.map((pattern) => toPattern(`${setting}.${key}`, key === '*' ? 'all' : 'one', pattern)),
  )
}

function toPattern(
  place: string,
  entities: ChosenPattern['entities'],
  pattern: string,
): ChosenPattern {
  return { place, entities, pattern, fits: (property) => fitsPattern(pattern, property) }
}

function isPattern(name: string): boolean {
  return /[*?]/.test(name)
}

/** A list for an entity replaces its default; `false` means none. */
function historyOf({ history }: Config, names: EntityNames): Choices['history'] {
  if (history === undefined) return null
  if (history === false) return []
  const lists = entriesOf(history, names).map(([, properties]) => properties)
  return lists.length === 0 ? 'default' : lists.flatMap((list) => list || [])
}

function merged<Value>(
  setting: Readonly<Record<string, Readonly<Record<string, Value>>>> | undefined,
  names: EntityNames,
): readonly (readonly [string, string, Value])[] {
  return entriesOf(setting, names).flatMap(([key, byProperty]) =>
    Object.entries(byProperty).map(([property, value]) => [key, property, value] as const),
  )
}

/** The values of a setting for an entity, each with its name in the file. */
export function entriesOf<Value>(
  setting: Readonly<Record<string, Value>> | undefined,
  names: EntityNames,
): readonly (readonly [string, Value])[] {
  return Object.entries(setting ?? {}).filter(([key]) => key === '*' || means(key, names))
}

/** `deal`, `Deals` and `0-3` all mean deals. */
function means(key: string, { entity, table, objectType }: EntityNames): boolean {
  const wanted = key.trim().toLowerCase()
  if (entity === wanted) return true
  const standard = findStandardObjectType(key)
  if (standard !== undefined) return standard.entity === entity
  return [entity, table, objectType.id, objectType.name.toLowerCase()].includes(wanted)
}
