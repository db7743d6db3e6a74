import type { Analysis } from '../../model/analysis.ts'

/** The names of an entity in the generated TypeScript. */
export interface EntityNames {
  /** `lineItems`: the constant in entity.ts. */
  readonly entity: string
  /** `lineItemProperties`. */
  readonly properties: string
  /** `lineItemCalculated`: columns of calculated properties. */
  readonly calculated: string
  /** `LineItemTable`. */
  readonly table: string
  /** `LineItemOverflow`, `lineItemOverflow`: the keys of the overflow column, and their codecs. */
  readonly overflowType: string
  readonly overflow: string
  /** `lineItemOptions`, `LineItemOption`: label maps and their values. */
  readonly options: string
  readonly option: string
  /** `LineItemLabelled`: the row type of the labelled view. */
  readonly labelled: string
}

/** Reserved words, and names that generated modules use for something else. */
const TAKEN = new Set(
  `await break case catch class const continue debugger default delete do else enum eval export extends
  false finally for function if implements import in instanceof interface let new null package private
  protected public return static super switch this throw true try typeof undefined var void while with
  yield arguments entities`.split(/\s+/),
)

/**
 * Names for a plural entity and a singular table in snake case. Two entities never share a name: only an
 * underscore before a letter is dropped, and that letter becomes upper case.
 */
export function nameEntity(analysis: Pick<Analysis, 'entity' | 'table'>): EntityNames {
  const plural = camelCase(analysis.entity)
  const singular = camelCase(analysis.table)
  return {
    entity: TAKEN.has(plural) ? `${plural}Entity` : plural,
    properties: `${singular}Properties`,
    calculated: `${singular}Calculated`,
    table: tableType(analysis.table),
    overflowType: `${capitalize(singular)}Overflow`,
    overflow: `${singular}Overflow`,
    options: `${singular}Options`,
    option: `${capitalize(singular)}Option`,
    labelled: `${capitalize(singular)}Labelled`,
  }
}

/** The row type of a table: `DealContactTable` for `deal_contact`. */
export function tableType(table: string): string {
  return `${capitalize(camelCase(table))}Table`
}

function camelCase(snakeCase: string): string {
  return snakeCase.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
