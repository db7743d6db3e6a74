import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { HubgenError } from '../../runtime/errors.ts'
import { configInvalid } from '../config/config-error.ts'
import type { Analysis } from '../model/analysis.ts'
import { type Choices, NO_CHOICES } from '../model/choices.ts'
import type { ListedNames } from '../model/compare-analyses.ts'
import { nearestName } from '../model/nearest-name.ts'
import { schemaOf } from '../model/schema-name.ts'
import type { EntityTarget } from './entity-target.ts'

/** An entity that was explored, and what was known of it. */
export interface CheckedEntity {
  readonly entity: string
  /** Of its `analysis.json`; what was generated stands beside it. */
  readonly path: string
  readonly earlier: Analysis | null
  readonly listed: ListedNames
}

/** What hubgen.config.ts says about an entity. */
export type EntityChoices = (target: EntityTarget) => Choices

/** As without a hubgen.config.ts. */
export const noChoices: EntityChoices = () => NO_CHOICES

/**
 * Holds what hubgen.config.ts says about an entity against what HubSpot says: a property that neither
 * HubSpot nor the earlier analysis knows fails with CONFIG_INVALID, another schema than the table is in
 * with SCHEMA_CHANGED, another name for a column that was generated with COLUMN_NAMED. Gives a sentence for each pattern that fits no property.
 */
export function checkChoices(
  choices: Choices,
  { entity, path, earlier, listed }: CheckedEntity,
): readonly string[] {
  const known = new Set([...(listed ?? []), ...(earlier?.properties ?? []).map(({ name }) => name)])
  const problems = choices.mentioned
    .filter(({ property }) => !known.has(property))
    .map(({ place, property }) => {
      const nearest = nearestName(property, [...known])
      const meant = nearest === null ? '' : `; did you mean \`${nearest}\`?`
      return `${place}: \`${entity}\` has no property \`${property}\`${meant}`
    })
  if (problems.length > 0) throw configInvalid(choices.file, problems)
  if (earlier !== null && choices.schema !== null && choices.schema !== schemaOf(earlier)) {
    throw schemaChanged(choices, schemaOf(earlier), entity)
  }
  const isGenerated = existsSync(join(dirname(path), 'schema.sql'))
  if (earlier !== null && isGenerated) checkColumnNames(choices, earlier)
  return choices.patterns
    .filter(({ fits }) => ![...known].some(fits))
    .map(({ place, pattern }) => `${choices.file}: ${place}: \`${pattern}\` fits no property`)
}

/** Queries, views and people know a column by its name, and Postgres cannot have it under two. */
function checkColumnNames({ file, columns }: Choices, earlier: Analysis): void {
  const renamed = earlier.properties.flatMap(({ name, column, earlierColumns = [] }) => {
    const wanted = columns.get(name)
    const names = [column, ...earlierColumns].map((one) => one.name)
    return wanted === undefined || names.includes(wanted) ? [] : [{ name, is: column.name, wanted }]
  })
  const [first] = renamed
  if (first === undefined) return
  const { entity } = earlier
  const told = renamed.map(
    ({ name, is, wanted }) => `\n  - \`${name}\` has column \`${is}\`, not \`${wanted}\``,
  )
  throw new HubgenError(
    'COLUMN_NAMED',
    `a column keeps the name that it was generated with:${told.join('')}`,
    {
      at: file,
      fix:
        `set \`columns: { ${entity}: { ${first.name}: '${first.is}' } }\` or leave it out; for another name ` +
        'make a view of your own over the table, which no sync or migration touches',
    },
  )
}

function schemaChanged(choices: Choices, schema: string, entity: string): HubgenError {
  return new HubgenError(
    'SCHEMA_CHANGED',
    `\`${entity}\` has its table in schema \`${schema}\`, the configuration says \`${choices.schema}\``,
    {
      at: choices.file,
      fix: `set \`schema: '${schema}'\`, because a table is not moved, or start again in another folder with \`--directory\``,
    },
  )
}
