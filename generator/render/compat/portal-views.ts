import type { Analysis } from '../../model/analysis.ts'
import { companionsOf } from '../../model/companions.ts'
import { compareText } from '../../model/compare-text.ts'
import { schemaOf } from '../../model/schema-name.ts'
import { sqlTable } from '../text/escape-sql.ts'
import { type CompatColumn, type CompatView, column } from './compat-view.ts'

/** Fivetran has an empty text where a name is missing, and its package joins both names with a space. */
const NAMES: readonly CompatColumn[] = [
  { name: 'first_name', value: "coalesce(first_name, '')" },
  { name: 'last_name', value: "coalesce(last_name, '')" },
]

const PROPERTY = `_fivetran_id hubspot_object name label type field_type group_name description calculated
  hubspot_defined show_currency_symbol created_at updated_at archived _fivetran_synced`

const PROPERTY_OPTION = `property_id hubspot_object name value label display_order hidden _fivetran_synced`

/** The tables of the portal: properties, and who works in it. */
export function portalViews(analyses: readonly Analysis[]): readonly CompatView[] {
  const schemas = [...new Set(analyses.map(schemaOf))].sort(compareText)
  const view = (name: string, columns: readonly CompatColumn[], from = schemas.slice(0, 1)) => ({
    name,
    queries: from.map((schema) => ({ columns, from: `FROM ${sqlTable(schema, name)}` })),
  })
  return [
    // Every schema has the properties of its own entities, and a copy of the portal's people.
    view('property', columnsOf(PROPERTY), schemas),
    view('property_option', columnsOf(PROPERTY_OPTION), schemas),
    view('owner', [
      ...columnsOf('owner_id portal_id type email'),
      ...NAMES,
      ...columnsOf('active_user_id user_id_including_inactive is_active created_at updated_at'),
      column('_fivetran_synced'),
    ]),
    view('team', columnsOf('id name _fivetran_deleted _fivetran_synced')),
    view(
      'owner_team',
      columnsOf('owner_id team_id is_team_primary _fivetran_deleted _fivetran_synced'),
    ),
    view('users', [
      ...columnsOf('id email'),
      ...NAMES,
      ...columnsOf('primary_team_id role_id super_admin _fivetran_deleted _fivetran_synced'),
    ]),
    view('role', columnsOf('id name requires_billing_write _fivetran_deleted _fivetran_synced')),
    view(
      'team_user',
      columnsOf('team_id user_id is_secondary_user _fivetran_deleted _fivetran_synced'),
    ),
  ]
}

/** The pipelines and stages of an entity have Fivetran's columns in our own tables. */
export function pipelineViews(analysis: Analysis): readonly CompatView[] {
  return [...companionsOf(analysis, 'pipelines'), ...companionsOf(analysis, 'stages')].map(
    ({ table, columns }) => ({
      name: table,
      queries: [
        {
          columns: columns.map(({ name }) => column(name)),
          from: `FROM ${sqlTable(schemaOf(analysis), table)}`,
        },
      ],
    }),
  )
}

function columnsOf(names: string): readonly CompatColumn[] {
  return names.split(/\s+/).map((name) => column(name))
}
