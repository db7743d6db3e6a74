import { HubgenError } from '../../runtime/errors.ts'
import { configInvalid } from '../config/config-error.ts'
import type { Analysis } from '../model/analysis.ts'
import { type Choices, NO_CHOICES } from '../model/choices.ts'
import type { ListedNames } from '../model/compare-analyses.ts'
import { nearestName } from '../model/nearest-name.ts'
import { schemaOf } from '../model/schema-name.ts'
import type { EntityTarget } from './entity-target.ts'

/** What hubgen.config.ts says about an entity. */
export type EntityChoices = (target: EntityTarget) => Choices

/** As without a hubgen.config.ts. */
export const noChoices: EntityChoices = () => NO_CHOICES

/**
 * Holds what hubgen.config.ts says about an entity against what HubSpot says: a property that neither
 * HubSpot nor the earlier analysis knows fails with CONFIG_INVALID, another schema than the table is in
 * with SCHEMA_CHANGED. Gives a sentence for each pattern that fits no property.
 */
export function checkChoices(
  choices: Choices,
  { entity, earlier, listed }: { entity: string; earlier: Analysis | null; listed: ListedNames },
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
  return choices.patterns
    .filter(({ fits }) => ![...known].some(fits))
    .map(({ place, pattern }) => `${choices.file}: ${place}: \`${pattern}\` fits no property`)
}

function schemaChanged(choices: Choices, schema: string, entity: string): HubgenError {
  return new HubgenError(
    'SCHEMA_CHANGED',
    `\`${entity}\` has its table in schema \`${schema}\`, the configuration says \`${choices.schema}\``,
    {
      at: choices.file,
      fix: `set \`schema: '${schema}'\`, because a table is not moved, or start anew in another folder with \`--directory\``,
    },
  )
}
