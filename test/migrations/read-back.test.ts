import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tableColumns } from '../../generator/model/table-columns.ts'
import { entitySql, renderFiles } from '../../generator/render/render.ts'
import {
  readMigratedSchema,
  splitStatements,
} from '../../runtime/postgres/schema/migrated-schema.ts'
import { hostileAnalysis } from '../support/hostile-analysis.ts'
import { creationOf, migrationsTo } from '../support/migration-cases.ts'

test('whatever HubSpot calls things, hubgen reads back what it wrote, and finds nothing to change', () => {
  fc.assert(
    fc.property(hostileAnalysis, (analysis) => {
      const [sql] = entitySql(renderFiles([analysis]), [analysis])
      const schema = readMigratedSchema(sql?.texts ?? [])
      const columns = schema.tables.get('hubspot.deal')
      const properties = tableColumns(analysis).map(({ column }) => column.type)
      expect([...(columns?.values() ?? [])].slice(-properties.length || Infinity)).toEqual(
        properties,
      )
      const tables = [...schema.tables.values()]
      expect(schema.comments.size).toBe(tables.reduce((sum, { size }) => sum + size + 1, 0))
      expect(migrationsTo(analysis, creationOf(analysis))).toEqual([])
    }),
    { numRuns: 300 },
  )
})

test('a later statement counts more than an earlier one, and statements of other forms do not count', () => {
  const schema = readMigratedSchema([
    'CREATE TABLE hubspot.deal (\n  id bigint PRIMARY KEY,\n  a text\n);\nCREATE INDEX i ON hubspot.deal USING btree (a);\n',
    `-- ALTER TABLE hubspot.deal ADD COLUMN IF NOT EXISTS no text;
ALTER TABLE hubspot.deal
  ADD COLUMN IF NOT EXISTS b numeric,
  ADD COLUMN IF NOT EXISTS a numeric;
COMMENT ON COLUMN hubspot.deal.b IS 'one; IS ''two''';
COMMENT ON COLUMN hubspot.deal.b IS 'three';
DROP INDEX CONCURRENTLY IF EXISTS hubspot.i;
UPDATE hubspot.deal SET a = 'ADD COLUMN IF NOT EXISTS x text';
`,
  ])
  expect([...(schema.tables.get('hubspot.deal') ?? [])]).toEqual([
    ['id', 'bigint PRIMARY KEY'],
    ['a', 'text'],
    ['b', 'numeric'],
  ])
  expect([...schema.comments]).toEqual([['COLUMN hubspot.deal.b', `'three'`]])
  expect([...schema.indexes]).toEqual([])
})

test('a dropped table takes its columns, comments and indexes along', () => {
  const made = `CREATE TABLE hubspot.deal_contact (
  deal_id bigint NOT NULL,
  PRIMARY KEY (deal_id)
);
COMMENT ON TABLE hubspot.deal_contact IS 'links';
COMMENT ON COLUMN hubspot.deal_contact.deal_id IS 'id';
CREATE INDEX i ON hubspot.deal_contact USING btree (deal_id);
`
  const other = 'CREATE TABLE hubspot.deal (\n  id bigint PRIMARY KEY\n);\n'
  const dropped = 'DROP TABLE IF EXISTS hubspot.deal_contact;\n'
  expect(readMigratedSchema([made, other, dropped])).toEqual(readMigratedSchema([other]))
})

test('statements end where a line ends in a semicolon, whatever the line ends are', () => {
  expect(splitStatements('-- one;\r\nA;\r\n\r\nB\r\n  C;\r\n')).toEqual(['A;', 'B\n  C;'])
})
