import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { planLoad } from '../../runtime/postgres/load/load-plan.ts'
import { type BatchOutcome, writeBatch } from '../../runtime/postgres/load/write-batch.ts'
import { commitRetrying } from '../../runtime/postgres/state/commit.ts'
import { convertRecord, type SourceRecord } from '../../runtime/values/row.ts'
import { anyCharacter } from '../support/any-character.ts'
import { type DealDatabase, nothingWritten, openDealDatabase } from '../support/deal-database.ts'
import { dealRecord, deals } from '../support/deal-table.ts'
import { postgres15Missing } from '../support/postgres.ts'

const plan = planLoad(deals)

describe.each([{ version: 18 }, { version: 15 }])(
  'records that are expected to be new, on Postgres $version',
  ({ version }) => {
    const unavailable = version === 15 ? postgres15Missing : undefined
    let deal: DealDatabase

    beforeAll(async () => {
      if (unavailable === undefined) deal = await openDealDatabase(version)
    })

    afterAll(async () => {
      await deal?.[Symbol.asyncDispose]()
    })

    beforeEach(async ({ skip }) => {
      if (unavailable !== undefined) return skip(unavailable)
      await deal.scratch.query('TRUNCATE hubspot.deal, hubgen.quarantine')
    })

    /** As in a pass that has found only new records. */
    function writeNew(
      { database, run }: Pick<DealDatabase, 'database' | 'run'>,
      ...records: readonly SourceRecord[]
    ): Promise<BatchOutcome> {
      const batch = records.map((record) => convertRecord(plan, { unanswered: [], ...record }))
      return writeBatch((write) => commitRetrying(database, write), plan, batch, run, {
        expected: 'new',
      })
    }

    function rows(): Promise<object[]> {
      return deal.scratch.query(
        `SELECT to_jsonb(deal) - '_fivetran_synced' AS row FROM hubspot.deal ORDER BY id`,
      )
    }

    test('are written by COPY, at the time of their transaction', async () => {
      const { scratch } = deal
      await scratch.query('CREATE TABLE public.statement (text text)')
      await scratch.query(
        `CREATE FUNCTION public.note_statement() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         INSERT INTO public.statement VALUES (split_part(current_query(), ' ', 1));
         RETURN NULL;
       END $$`,
      )
      await scratch.query(
        `CREATE TRIGGER note AFTER INSERT ON hubspot.deal
       FOR EACH STATEMENT EXECUTE FUNCTION public.note_statement()`,
      )
      try {
        expect(await writeNew(deal, dealRecord(1, 1, {}), dealRecord(2, 1, {}))).toEqual({
          ...nothingWritten,
          inserted: 2,
        })
        expect(await scratch.query('SELECT text FROM public.statement')).toEqual([{ text: 'COPY' }])
        expect(
          await scratch.query(
            `SELECT DISTINCT _fivetran_synced BETWEEN now() - interval '1 minute' AND now() AS recent
           FROM hubspot.deal`,
          ),
        ).toEqual([{ recent: true }])
      } finally {
        await scratch.query('DROP TRIGGER note ON hubspot.deal')
        await scratch.query('DROP FUNCTION public.note_statement; DROP TABLE public.statement')
      }
    })

    test('are the same rows as the usual way makes, whatever their values are', async () => {
      const value = fc.oneof(
        { withCrossShrink: true },
        fc.constantFrom(null, '', '\\N', '\\.', '\\', '\t', '\n', '\r\n', '\u0000', '"', '\b\f\v'),
        fc.constantFrom(
          '1.50',
          '-3',
          'true',
          '2026-02-03',
          '2026-02-03T04:05:06.789Z',
          '1700000000000',
        ),
        fc.string({ unit: anyCharacter, maxLength: 12 }),
        fc.string({
          unit: fc.constantFrom('\\', 't', 'n', 'u', '0', '\t', '\n', '"', '/', '\u0001'),
        }),
      )
      const properties = plan.columns.map(({ property }) => property)
      const record = fc.record({
        values: fc.array(value, { minLength: properties.length, maxLength: properties.length }),
        archived: fc.boolean(),
      })
      await fc.assert(
        fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 8 }), async (made) => {
          const records = made.map(({ values, archived }, index) => ({
            ...dealRecord(
              index + 1,
              1,
              Object.fromEntries(values.map((v, at) => [properties[at], v])),
            ),
            archived,
          }))
          await deal.scratch.query('TRUNCATE hubspot.deal')
          const copied = await writeNew(deal, ...records)
          const copiedRows = await rows()
          await deal.scratch.query('TRUNCATE hubspot.deal')
          expect(await deal.write(...records)).toEqual(copied)
          expect(await rows()).toEqual(copiedRows)
        }),
        { numRuns: 60 },
      )
    })

    test('and are not: the newer version wins, and an equal row is left alone', async () => {
      const { scratch, write } = deal
      await write(dealRecord(1, 2, { dealname: 'newer' }), dealRecord(2, 1, { dealname: 'same' }))
      const versions = () =>
        scratch.query('SELECT id, xmin FROM hubspot.deal WHERE id < 3 ORDER BY id')
      const before = await versions()
      const outcome = await writeNew(
        deal,
        dealRecord(1, 1, { dealname: 'older' }),
        dealRecord(2, 1, { dealname: 'same' }),
        dealRecord(3, 1, { dealname: 'new' }),
      )
      expect(outcome).toEqual({ ...nothingWritten, inserted: 1, unchanged: 2 })
      expect(await versions()).toEqual(before)
      expect(await scratch.query('SELECT property_dealname FROM hubspot.deal ORDER BY id')).toEqual(
        [
          { property_dealname: 'newer' },
          { property_dealname: 'same' },
          { property_dealname: 'new' },
        ],
      )
    })

    test('twice in a batch: the newer version is written', async () => {
      const older = dealRecord(1, 1, { dealname: 'older' })
      const newer = dealRecord(1, 2, { dealname: 'newer' })
      expect(await writeNew(deal, newer, older)).toEqual({
        ...nothingWritten,
        inserted: 1,
        unchanged: 1,
      })
      expect(await deal.scratch.query('SELECT property_dealname FROM hubspot.deal')).toEqual([
        { property_dealname: 'newer' },
      ])
    })

    test('a value that does not fit is quarantined, a refused record is found among the others', async () => {
      const outcome = await writeNew(
        deal,
        dealRecord(1, 1, { amount: 'much' }),
        { ...dealRecord(0, 1, { dealname: 'no id' }), id: 'x' },
        dealRecord(2, 1, { dealname: 'fits' }),
      )
      expect(outcome).toMatchObject({ inserted: 2, rejectedValues: 1 })
      expect(outcome.refused).toEqual([
        { recordId: 'x', reason: '22P02 invalid_text_representation' },
      ])
      expect(await deal.quarantine()).toMatchObject([
        { record_id: '1', property: 'amount', raw_value: 'much' },
        { record_id: 'x', property: null },
      ])
    })

    test('go the usual way under row-level security, which COPY refuses', async () => {
      const { scratch, run } = deal
      const role = `policed_${randomUUID().slice(0, 8)}`
      await scratch.query(`CREATE ROLE ${role} LOGIN PASSWORD 'test'`)
      await scratch.query(`GRANT USAGE ON SCHEMA hubspot, hubgen TO ${role}`)
      await scratch.query(`GRANT ALL ON ALL TABLES IN SCHEMA hubspot, hubgen TO ${role}`)
      await scratch.query('ALTER TABLE hubspot.deal ENABLE ROW LEVEL SECURITY')
      await scratch.query('CREATE POLICY everything ON hubspot.deal USING (true)')
      const url = new URL(scratch.url)
      url.username = role
      url.password = 'test'
      try {
        await using database = await openDatabase(
          readDatabaseSettings({ DATABASE_URL: url.href }, '.'),
        )
        const outcome = await writeNew({ database, run }, dealRecord(1, 1, {}))
        expect(outcome).toEqual({ ...nothingWritten, inserted: 1 })
      } finally {
        await scratch.query('DROP POLICY everything ON hubspot.deal')
        await scratch.query('ALTER TABLE hubspot.deal DISABLE ROW LEVEL SECURITY')
        await scratch.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
      }
    })

    test('a batch that fails otherwise leaves nothing behind', async () => {
      const { scratch } = deal
      await scratch.query('ALTER TABLE hubspot.deal RENAME COLUMN property_dealname TO renamed')
      try {
        await expect(writeNew(deal, dealRecord(1, 1, { amount: 'much' }))).rejects.toMatchObject({
          code: 'BATCH_REFUSED',
          message: expect.stringContaining('42703'),
        })
        expect(await rows()).toEqual([])
        expect(await deal.quarantine()).toEqual([])
      } finally {
        await scratch.query('ALTER TABLE hubspot.deal RENAME COLUMN renamed TO property_dealname')
      }
    })
  },
)
