import { nearestName } from '../model/nearest-name.ts'
import { type EntityNames, entriesOf } from './choose.ts'
import { configInvalid } from './config-error.ts'
import type { QualitySettings } from './quality-schema.ts'
import type { Config } from './read-config.ts'

/** The thresholds of one entity; percent and seconds, properties by HubSpot's name. */
export interface ChosenThresholds {
  readonly completeness: ReadonlyMap<string, number>
  readonly duplicates: ReadonlyMap<string, number>
  /** Of properties that are not named; null: those are not judged. */
  readonly otherDuplicates: number | null
  readonly integrity: number
  /** Null: validation rules are counted and not judged. */
  readonly rules: number | null
  readonly links: number
  readonly merges: number
  readonly freshnessSeconds: number
  readonly quarantine: ChosenQuarantine
}

/** A property is a problem if a higher percentage and at least this many of its values do not fit. */
export interface ChosenQuarantine {
  readonly percent: number
  readonly values: number
}

/** Allows for a daily sync that takes two hours. */
const FRESHNESS_SECONDS = 26 * 3_600
/** A few odd values are normal; one in twenty suggests a column of the wrong type. */
const QUARANTINE: ChosenQuarantine = { percent: 5, values: 20 }

/**
 * The `quality` settings of an entity: per-entity settings override `*`, setting by setting and property by
 * property. Fails with CONFIG_INVALID if a named property is not among `properties`; under `*` it may also be
 * among `elsewhere`, the properties of the other entities.
 */
export function chooseThresholds(
  config: Config | null,
  names: EntityNames,
  properties: readonly string[],
  elsewhere: readonly string[] = [],
): ChosenThresholds {
  // `*` first: later entries override earlier ones.
  const entries = entriesOf(config?.quality, names).toSorted(
    ([one], [other]) => Number(other === '*') - Number(one === '*'),
  )
  const problems = entries.flatMap(([key, settings]) =>
    unknownProperties(key, settings, names.entity, properties, elsewhere),
  )
  if (config !== null && problems.length > 0) throw configInvalid(config.file, problems)
  const all = entries.map(([, settings]) => settings)
  const number = all.findLastIndex(({ duplicates }) => typeof duplicates === 'number')
  const ofAll = all[number]?.duplicates
  const last = (setting: 'integrity' | 'rules' | 'links' | 'merges' | 'freshness') =>
    all.findLast((settings) => settings[setting] !== undefined)?.[setting]
  return {
    completeness: new Map(all.flatMap(({ completeness = {} }) => Object.entries(completeness))),
    // A number applies to every property that is not named after it.
    duplicates: new Map(all.slice(number + 1).flatMap(duplicatesOf)),
    otherDuplicates: typeof ofAll === 'number' ? ofAll : null,
    integrity: last('integrity') ?? 0,
    rules: last('rules') ?? null,
    links: last('links') ?? 0,
    merges: last('merges') ?? 0,
    freshnessSeconds: last('freshness') ?? FRESHNESS_SECONDS,
    quarantine: chooseQuarantine(config, names),
  }
}

/** The `quarantine` settings alone, which need no properties. */
export function chooseQuarantine(config: Config | null, names: EntityNames): ChosenQuarantine {
  const entries = entriesOf(config?.quality, names).toSorted(
    ([one], [other]) => Number(other === '*') - Number(one === '*'),
  )
  return Object.assign({}, QUARANTINE, ...entries.map(([, { quarantine }]) => quarantine))
}

function duplicatesOf({ duplicates = {} }: QualitySettings): readonly [string, number][] {
  return typeof duplicates === 'number' ? [] : Object.entries(duplicates)
}

function unknownProperties(
  key: string,
  settings: QualitySettings,
  entity: string,
  properties: readonly string[],
  elsewhere: readonly string[],
): readonly string[] {
  const named = [
    ...Object.keys(settings.completeness ?? {}).map((name) => ['completeness', name] as const),
    ...duplicatesOf(settings).map(([name]) => ['duplicates', name] as const),
  ]
  const known = new Set(key === '*' ? [...properties, ...elsewhere] : properties)
  const whose = key === '*' ? 'no entity' : `\`${entity}\``
  const has = key === '*' ? 'has a property' : 'has no property'
  return named
    .filter(([, name]) => !known.has(name))
    .map(([setting, name]) => {
      const nearest = nearestName(name, [...known])
      const meant = nearest === null ? '' : `; did you mean \`${nearest}\`?`
      return `quality.${key}.${setting}: ${whose} ${has} \`${name}\`${meant}`
    })
}
