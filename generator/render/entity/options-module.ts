import type { Analysis } from '../../model/analysis.ts'
import { typescriptComment, typescriptKey, typescriptString } from '../text/escape-typescript.ts'
import { entityHeader, renderTemplate } from '../text/template.ts'
import { labelledColumns } from './describe-labels.ts'
import { nameEntity } from './entity-names.ts'

/** Longer lists (every country, every campaign) are only in the table `property_option`. */
const LISTED_OPTIONS = 500

/** `options.ts`: a label map per enumeration, and the union of its values. */
export function renderOptionsModule(analysis: Analysis): string {
  const { options, option } = nameEntity(analysis)
  const listed = labelledColumns(analysis).filter(
    ({ options }) => options.length > 0 && options.length <= LISTED_OPTIONS,
  )
  return renderTemplate('options.ts', {
    header: entityHeader(analysis.entity),
    options,
    option,
    example: typescriptComment(typescriptString(listed[0]?.property.column.name ?? 'never')),
    columns: listed.map(({ property, options }) => ({
      column: typescriptKey(property.column.name),
      labels: options.map(({ value, label }) => ({
        value: optionKey(value),
        label: typescriptString(label === '' ? value : label),
      })),
    })),
  })
}

/** A plain `__proto__` would set the prototype instead of naming a member. */
function optionKey(value: string): string {
  return value === '__proto__' ? `['__proto__']` : typescriptKey(value)
}
