import type { Resource, ResourceVersion } from '../../../runtime/resources/resource.ts'
import type { ResourceTable } from '../../../runtime/resources/resource-tables.ts'
import type { PortalAnalysis } from '../../model/portal-analysis.ts'
import { renderTemplate } from '../text/template.ts'
import type { PortalResource } from './portal-resources.ts'
import { columnFactsOf } from './resource-sql.ts'

/** `README.md`: what the resource is, how it is read, and its tables. */
export function renderResourceReadme(
  { resource, tables }: PortalResource,
  { schema, portal }: PortalAnalysis,
): string {
  return renderTemplate('portal/README.md', {
    name: resource.name,
    title: resource.title,
    facts: factsOf(resource),
    tables: tables.map((table) => ({
      name: `${schema}.${table.name}`,
      title: table.title,
      key: table.key.map((column) => `\`${column}\``).join(', '),
      columns: columnFactsOf(table, portal.id).map(({ name, definition, comment }) => ({
        name,
        type: definition.split(' ')[0],
        comment,
      })),
    })),
    live: liveRows(schema, tables[0], resource.name),
  })
}

function factsOf({
  versions,
  scopes,
  every,
  deletes,
  read,
  personal,
  parent,
  derive,
  refs = {},
}: Resource): readonly string[] {
  const scope = scopes.map((all) => all.map((one) => `\`${one}\``).join(' and ')).join(', or ')
  return [
    ...(scopes.length > 0 ? [`Needs the scope ${scope}.`] : []),
    ...versions.map(describeVersion),
    scheduleOf[every],
    deletesOf[deletes],
    ...(parent === undefined ? [] : ['resource' in parent ? parentOf(parent) : ofPairs]),
    ...(read === 'asked'
      ? ['`sync --all` includes it only if `resources` in hubgen.config.ts names it.']
      : []),
    ...(derive === undefined
      ? []
      : [Object.values(refs).includes('form.guid') ? matchOfForm : matchOfEvent]),
    ...(personal === undefined
      ? []
      : [
          `The rows are personal data; \`hubgen erase\` of a contact ${personal.address === undefined ? 'removes' : 'empties'} those about it.`,
        ]),
  ]
}

const matched =
  'HubSpot does not send the contact: hubgen finds `contact_id` in the table of contacts, and `contact_match` says how'
const matchOfForm =
  `${matched}. ` +
  '`submission`: the contact lists the submission itself; `email`: one contact has the address; `additional_email`: as a further one; `one_of_several`: several have it, and the one with the lowest id stands for them; `none`: no contact. Both are empty without a table of contacts, and `--full` finds all contacts again.'
const matchOfEvent =
  `${matched}. ` +
  '`email`: one contact has the address of the recipient; `additional_email`: as a further one; `several`: several have it, so `contact_id` is empty; `none`: no contact. Both are empty without a table of contacts, and `--full` finds all contacts again.'

/** Of a resource whose rows belong to pairs of object types. */
const ofPairs =
  'Each pair of object types is one call: from every type that the project copies, to every such type and to those with which HubSpot associates it. A pair of which the key may not read both types is left out.'

const scheduleOf: Readonly<Record<Resource['every'], string>> = {
  run: 'Every sync reads it.',
  hour: 'Syncs read it once an hour.',
  day: 'Syncs read it once a day.',
}

const deletesOf: Readonly<Record<Resource['deletes'], string>> = {
  absent: 'A row that HubSpot no longer lists gets `_fivetran_deleted = true`.',
  absentInParent: 'A row that its parent no longer has in HubSpot gets `_fivetran_deleted = true`.',
  never: 'HubSpot does not show which rows were deleted, so rows stay.',
}

function describeVersion({ version, method = 'GET', path, until }: ResourceVersion): string {
  const end = until === undefined ? '' : `, which HubSpot supports until ${until}`
  return `API version ${version}${end}: \`${method} ${path}\`.`
}

function parentOf({
  resource,
  changed,
}: {
  readonly resource: string
  readonly changed?: readonly string[]
}): string {
  if (changed === undefined) return `The rows are read for each row of \`${resource}\`.`
  const columns = changed.map((column) => `\`${column}\``).join(', ')
  return `The rows are read for each row of \`${resource}\`, and again after one of its columns changed: ${columns}.`
}

function liveRows(schema: string, table: ResourceTable | undefined, name: string): string {
  const where = table?.marksDeleted === true ? ' WHERE NOT _fivetran_deleted' : ''
  return `SELECT count(*) FROM ${schema}.${name}${where};`
}
