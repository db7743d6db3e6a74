import type { Analysis } from '../../model/analysis.ts'
import { companions } from '../../model/companions.ts'
import { compareText } from '../../model/compare-text.ts'
import { schemaOf } from '../../model/schema-name.ts'
import { columnFacts, tableComment } from '../entity/schema-sql.ts'
import { sqlIdentifier, sqlLiteral } from '../text/escape-sql.ts'
import { yamlComment, yamlText } from '../text/escape-yaml.ts'
import { renderTemplate, sharedHeader } from '../text/template.ts'

interface SourceTable {
  readonly name: string
  readonly description: string
  readonly key: readonly string[]
  readonly columns: readonly { readonly name: string; readonly comment: string }[]
}

/** The tables that all entities of a schema share, with the columns of their keys. */
export const sharedSources: readonly SourceTable[] = [
  shared('owner', 'Owners of records', { owner_id: 'Id of the owner' }),
  shared('team', 'Teams of the portal', { id: 'Id of the team' }),
  shared('owner_team', 'Teams of owners', {
    owner_id: 'Id of the owner',
    team_id: 'Id of the team',
  }),
  shared('users', 'Users of the portal', { id: 'Id of the user' }),
  shared('role', 'Roles of users', { id: 'Id of the role' }),
  shared('team_user', 'Teams of users', {
    team_id: 'Id of the team',
    user_id: 'Id of the user',
  }),
  shared('property', 'Properties of HubSpot', {
    hubspot_object: 'Table of the property',
    name: "HubSpot's name of the property",
  }),
  shared('property_option', 'Options of properties', {
    hubspot_object: 'Table of the property',
    name: "HubSpot's name of the property",
    value: 'Value of a record',
  }),
]

/** `compat/sources.yml`: hubgen's own tables for dbt, with tests of their keys and the age of the copy. */
export function renderDbtSources(analyses: readonly Analysis[]): string {
  const schemas = [...Map.groupBy(analyses, schemaOf)].sort(([left], [right]) =>
    compareText(left, right),
  )
  return renderTemplate('sources.yml', {
    header: yamlComment(sharedHeader),
    sources: schemas.map(([schema, members]) => ({
      name: yamlText(schemas.length === 1 ? 'hubgen' : `hubgen_${schema}`),
      schema: yamlText(schema),
      tables: [...members.flatMap(tablesOf), ...sharedSources]
        .toSorted((left, right) => compareText(left.name, right.name))
        .map(viewTable),
    })),
    ages: analyses.map(({ entity }) => ({
      name: yamlText(`freshness_of_${entity}`),
      description: yamlText(`The copy of ${entity} has the state of HubSpot as of fresh_as_of`),
      filter: yamlText(`entity = ${sqlLiteral(entity)} AND part = 'stamped'`),
    })),
  })
}

function tablesOf(analysis: Analysis): readonly SourceTable[] {
  const records = {
    name: analysis.table,
    description: tableComment(analysis),
    key: ['id'],
    columns: columnFacts(analysis),
  }
  const others = companions(analysis).map(({ table, comment, key, columns }) => ({
    name: table,
    description: comment,
    key,
    columns,
  }))
  return [records, ...others]
}

function viewTable({ name, description, key, columns }: SourceTable): object {
  const [only, ...others] = key
  const isSingle = others.length === 0
  return {
    name: yamlText(name),
    description: yamlText(description),
    key: isSingle ? null : yamlText(`ROW(${key.map(sqlIdentifier).join(', ')})`),
    columns: columns.map((column) => ({
      name: yamlText(column.name),
      description: yamlText(column.comment),
      tests: key.includes(column.name)
        ? isSingle && column.name === only
          ? '[unique, not_null]'
          : '[not_null]'
        : null,
    })),
  }
}

function shared(
  name: string,
  description: string,
  key: Readonly<Record<string, string>>,
): SourceTable {
  const columns = Object.entries(key).map(([column, comment]) => ({ name: column, comment }))
  return { name, description, key: Object.keys(key), columns }
}
