import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely'
import { expect, it } from 'vitest'
import type { Database } from '../../generated/database.ts'
import type { Database as Connection } from '../../runtime/postgres/connection/database.ts'

const dialect = {
  createAdapter: () => new PostgresAdapter(),
  createDriver: () => new DummyDriver(),
  createIntrospector: (kysely: Kysely<unknown>) => new PostgresIntrospector(kysely),
  createQueryCompiler: () => new PostgresQueryCompiler(),
}

it('the tables of generated code type the queries of a connection that the runtime opened', () => {
  const connection: Pick<Connection, 'kysely'> = { kysely: new Kysely({ dialect }) }
  const query = connection.kysely
    .withTables<Database>()
    .selectFrom('hubspot.deal')
    .select(['id', 'property_dealname', 'property_amount'])
    .where('property_hs_is_closed', 'is not', true)
  expect(query.compile().sql).toBe(
    'select "id", "property_dealname", "property_amount" from "hubspot"."deal" ' +
      'where "property_hs_is_closed" is not true',
  )
})
