import {
  type Dashboard,
  type ServeOptions,
  serveDashboard,
} from '../../../dashboard/serve-dashboard.ts'
import type { Entity } from '../../../runtime/entity.ts'
import { openStateDatabase, type StateDatabase } from '../state-database.ts'
import { idleDashboard } from './idle-dashboard.ts'

/** A dashboard in this process over runs that a test made by hand. */
export interface FilledDashboard extends AsyncDisposable {
  readonly state: StateDatabase
  /** With tables `hubspot.<name>` of as many rows as given. */
  serve(
    entities: Readonly<Record<string, number>>,
    more?: Partial<ServeOptions>,
  ): Promise<Dashboard>
}

export async function openFilledDashboard(): Promise<FilledDashboard> {
  const stack = new AsyncDisposableStack()
  const state = stack.use(await openStateDatabase())
  const serve: FilledDashboard['serve'] = async (entities, more = {}) => {
    for (const [name, rows] of Object.entries(entities)) {
      await state.scratch.query(
        `CREATE SCHEMA IF NOT EXISTS hubspot;
        CREATE TABLE hubspot.${name} (id bigint PRIMARY KEY, is_deleted boolean NOT NULL DEFAULT false,
          _fivetran_synced timestamptz DEFAULT now(), property_amount numeric DEFAULT 1);
        INSERT INTO hubspot.${name} (id) SELECT generate_series(1, ${rows})`,
      )
    }
    return stack.use(
      await serveDashboard({
        ...idleDashboard,
        database: state.database,
        entities: Object.keys(entities).map((name) => ({
          facts: { name, table: `hubspot.${name}` } as Entity,
          label: name[0]?.toUpperCase() + name.slice(1).replaceAll('_', ' '),
        })),
        ...more,
      }),
    )
  }
  return { state, serve, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}
