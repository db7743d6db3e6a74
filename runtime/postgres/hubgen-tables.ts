import type { ColumnType, Generated } from 'kysely'

/** hubgen's own tables, schema `hubgen`, in the database that it fills. */
export interface HubgenTables {
  'hubgen.migration': MigrationTable
  'hubgen.run': RunTable
  'hubgen.lease': LeaseTable
  'hubgen.pass': PassTable
  'hubgen.quarantine': QuarantineTable
}

/** Files of `generated/migrations` that were applied. */
export interface MigrationTable {
  /** File name. */
  name: string
  /** SHA-256 of the file, hexadecimal, line ends as `\n`. */
  checksum: string
  applied_at: Generated<Date>
}

/** Executions of sync, one row an entity. */
export interface RunTable {
  id: Generated<string>
  entity: string
  mode: string
  started_at: Generated<Date>
  /** These two are null while it runs; when it was killed, until the next run of the entity begins. */
  finished_at: Date | null
  outcome: string | null
  read: Counter
  inserted: Counter
  updated: Counter
  unchanged: Counter
  rejected_values: Counter
  rejected_records: Counter
  /** Rows that were marked as deleted. */
  deleted: Counter
  calls: Counter
  seconds: number | null
  error: string | null
}

/** Who syncs an entity; a row that has expired is nobody's. */
export interface LeaseTable {
  entity: string
  run_id: string
  /** `host, process 4711`: for the one who is refused. */
  holder: string
  acquired_at: Generated<Date>
  heartbeat_at: Generated<Date>
  expires_at: Date
}

/** How far each part of an entity's copy is: one row a pass, kept from run to run. */
export interface PassTable {
  entity: string
  /** `records`, `changes`, `associations:deal_contact`, … */
  pass: string
  /** What it last began, interrupted or not; where it goes on, the one it began with counts. */
  begun_at: Date
  /** Where to go on; null when it is not under way. Written in the transaction of what it speaks of. */
  position: unknown
  /** Null until it was completed once. */
  finished_at: Date | null
  /** HubSpot's state of that moment, or a later one, is in the database; null until completed once. */
  fresh_as_of: Date | null
  /** What it read when it last began, sorted, as its pass words it; null where it reads one thing only. */
  reads: readonly string[] | null
  run_id: string
}

/** Read as text: bigint. */
type Counter = ColumnType<string, number | undefined, number | string>

/** What did not fit: at most one row for a property of a record, and one for a record as a whole. */
export interface QuarantineTable {
  id: Generated<string>
  entity: string
  record_id: string
  /** Null: Postgres refused the whole record, and `raw_value` is its JSON as `SourceRecord`. */
  property: string | null
  raw_value: string
  reason: string
  /** The run that met it in this form first. */
  run_id: string
  quarantined_at: Generated<Date>
  /** HubSpot's stamp of the record that had this value; null for a record as a whole, whose JSON has it. */
  record_updated_at: Date | null
}

/**
 * Creates what is missing of them. The unique index comes last: its presence says that all is there. It is
 * an expression index because UNIQUE NULLS NOT DISTINCT needs Postgres 15.
 */
export const hubgenTablesSql = `
CREATE SCHEMA IF NOT EXISTS hubgen;

CREATE TABLE IF NOT EXISTS hubgen.migration (
  name text PRIMARY KEY,
  checksum text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE hubgen.migration IS 'Files of generated/migrations that were applied here';

CREATE TABLE IF NOT EXISTS hubgen.run (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  entity text NOT NULL,
  mode text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  outcome text,
  read bigint NOT NULL DEFAULT 0,
  inserted bigint NOT NULL DEFAULT 0,
  updated bigint NOT NULL DEFAULT 0,
  unchanged bigint NOT NULL DEFAULT 0,
  rejected_values bigint NOT NULL DEFAULT 0,
  rejected_records bigint NOT NULL DEFAULT 0,
  calls bigint NOT NULL DEFAULT 0,
  error text
);
ALTER TABLE hubgen.run ADD COLUMN IF NOT EXISTS deleted bigint NOT NULL DEFAULT 0;
ALTER TABLE hubgen.run ADD COLUMN IF NOT EXISTS seconds double precision;
CREATE INDEX IF NOT EXISTS run_entity ON hubgen.run (entity, started_at DESC);
COMMENT ON TABLE hubgen.run IS 'Runs of hubgen sync; outcome is null while one runs; one that was killed is recorded as interrupted by the next';

CREATE TABLE IF NOT EXISTS hubgen.lease (
  entity text PRIMARY KEY,
  run_id bigint NOT NULL REFERENCES hubgen.run (id),
  holder text NOT NULL,
  acquired_at timestamptz NOT NULL DEFAULT now(),
  heartbeat_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL
);
COMMENT ON TABLE hubgen.lease IS 'Who syncs an entity now; a row past expires_at is nobody''s';

CREATE TABLE IF NOT EXISTS hubgen.pass (
  entity text NOT NULL,
  pass text NOT NULL,
  begun_at timestamptz NOT NULL,
  position jsonb,
  finished_at timestamptz,
  fresh_as_of timestamptz,
  reads text[],
  run_id bigint NOT NULL REFERENCES hubgen.run (id),
  PRIMARY KEY (entity, pass)
);
COMMENT ON TABLE hubgen.pass IS
  'How far each part of an entity''s copy is: where it goes on (position), and how fresh it is (fresh_as_of)';

CREATE OR REPLACE VIEW hubgen.freshness AS
SELECT entity, part, max(fresh_as_of) AS fresh_as_of, now() - max(fresh_as_of) AS age
FROM hubgen.pass CROSS JOIN LATERAL unnest(
  CASE
    WHEN pass = 'records' THEN ARRAY['stamped', 'calculated']
    WHEN pass = 'changes' THEN ARRAY['stamped']
    WHEN pass LIKE 'changed_%' THEN ARRAY[]::text[]
    ELSE ARRAY[pass]
  END
) AS part
GROUP BY entity, part;
COMMENT ON VIEW hubgen.freshness IS
  'As of when HubSpot''s state, or a later one, is here: of columns whose changes move the modified stamp (stamped), of calculated ones, and of each part beside them; null: never completed';

CREATE TABLE IF NOT EXISTS hubgen.quarantine (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  entity text NOT NULL,
  record_id text NOT NULL,
  property text,
  raw_value text NOT NULL,
  reason text NOT NULL,
  run_id bigint NOT NULL REFERENCES hubgen.run (id),
  quarantined_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE hubgen.quarantine ADD COLUMN IF NOT EXISTS record_updated_at timestamptz;
CREATE UNIQUE INDEX IF NOT EXISTS quarantine_value
  ON hubgen.quarantine (entity, record_id, (coalesce(property, '')));
COMMENT ON TABLE hubgen.quarantine IS
  'Values (property) and records (property null) that did not fit; a row goes when its value fits';
`
