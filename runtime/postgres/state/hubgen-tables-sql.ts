/** Creates the missing tables of `HubgenTables`. The newest table comes last: if it exists, all exist. */
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
ALTER TABLE hubgen.run ADD COLUMN IF NOT EXISTS fix text;
ALTER TABLE hubgen.run ADD COLUMN IF NOT EXISTS holder text;
ALTER TABLE hubgen.run ADD COLUMN IF NOT EXISTS every_seconds double precision;
ALTER TABLE hubgen.run ADD COLUMN IF NOT EXISTS quiet_until timestamptz;
ALTER TABLE hubgen.run ADD COLUMN IF NOT EXISTS quiet_looks bigint NOT NULL DEFAULT 0;
ALTER TABLE hubgen.run ADD COLUMN IF NOT EXISTS quiet_calls bigint NOT NULL DEFAULT 0;
ALTER TABLE hubgen.run ADD COLUMN IF NOT EXISTS daily_permitted bigint;
ALTER TABLE hubgen.run ADD COLUMN IF NOT EXISTS daily_remaining bigint;
CREATE INDEX IF NOT EXISTS run_entity ON hubgen.run (entity, started_at DESC);
CREATE INDEX IF NOT EXISTS run_of_entity ON hubgen.run (entity, id DESC);
CREATE INDEX IF NOT EXISTS run_of_mode ON hubgen.run (entity, mode, id DESC) WHERE outcome = 'succeeded';
COMMENT ON TABLE hubgen.run IS 'Runs of hubgen sync; outcome is null while one runs; one that was killed is recorded as interrupted by the next';

CREATE TABLE IF NOT EXISTS hubgen.lease (
  entity text PRIMARY KEY,
  run_id bigint NOT NULL REFERENCES hubgen.run (id),
  holder text NOT NULL,
  acquired_at timestamptz NOT NULL DEFAULT now(),
  heartbeat_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL
);
ALTER TABLE hubgen.lease ADD COLUMN IF NOT EXISTS cancel_requested_at timestamptz;
COMMENT ON TABLE hubgen.lease IS 'The run that syncs each entity now; a row past expires_at is void';

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
ALTER TABLE hubgen.pass ADD COLUMN IF NOT EXISTS refusal text;
COMMENT ON TABLE hubgen.pass IS
  'Progress of each part of an entity''s copy: where it resumes (position), and how fresh it is (fresh_as_of)';

CREATE OR REPLACE VIEW hubgen.freshness AS
SELECT entity, part, max(fresh_as_of) AS fresh_as_of, now() - max(fresh_as_of) AS age
FROM hubgen.pass CROSS JOIN LATERAL unnest(
  CASE
    WHEN pass IN ('records', 'changes', 'rows') THEN ARRAY['stamped']
    WHEN pass LIKE 'changed_%' THEN ARRAY[]::text[]
    ELSE ARRAY[pass]
  END
) AS part
GROUP BY entity, part;
COMMENT ON VIEW hubgen.freshness IS
  'The database has HubSpot''s state of this time or later: of columns whose changes move the modified stamp (stamped), of calculated columns, and of each other part; null: never completed';

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
-- An expression, because UNIQUE NULLS NOT DISTINCT needs Postgres 15.
CREATE UNIQUE INDEX IF NOT EXISTS quarantine_value
  ON hubgen.quarantine (entity, record_id, (coalesce(property, '')));
-- Without it, each run that is removed would read the whole table.
CREATE INDEX IF NOT EXISTS quarantine_run ON hubgen.quarantine (run_id);
COMMENT ON TABLE hubgen.quarantine IS
  'Values (property) and records (property null) that did not fit; a row is removed when its value fits';

CREATE TABLE IF NOT EXISTS hubgen.event (
  run_id bigint NOT NULL REFERENCES hubgen.run (id) ON DELETE CASCADE,
  number integer NOT NULL,
  at timestamptz NOT NULL,
  type text NOT NULL,
  body jsonb NOT NULL,
  PRIMARY KEY (run_id, number)
);
COMMENT ON TABLE hubgen.event IS
  'Events of runs, with progress once a second; no values; a run that found nothing new has none';

CREATE TABLE IF NOT EXISTS hubgen.check_result (
  entity text NOT NULL,
  checked_at timestamptz NOT NULL,
  check_name text NOT NULL,
  subject text NOT NULL,
  records bigint,
  failing bigint,
  example_id bigint,
  age_seconds double precision,
  bound double precision,
  passed boolean,
  PRIMARY KEY (entity, checked_at, check_name, subject)
);
COMMENT ON TABLE hubgen.check_result IS
  'Results of hubgen check: bound is percent filled at least (completeness), percent failing at most, or seconds at most (freshness)';

CREATE TABLE IF NOT EXISTS hubgen.property_use (
  entity text NOT NULL,
  property text NOT NULL,
  column_name text NOT NULL,
  measured_at timestamptz NOT NULL,
  records bigint NOT NULL,
  filled bigint NOT NULL,
  distinct_values bigint,
  last_written_at timestamptz,
  PRIMARY KEY (entity, property)
);
COMMENT ON TABLE hubgen.property_use IS
  'Usage of each property, as hubgen check last measured it; distinct_values from the planner''s statistics';

CREATE TABLE IF NOT EXISTS hubgen.drift (
  entity text PRIMARY KEY,
  looked_at timestamptz NOT NULL,
  drifts jsonb NOT NULL,
  migration text
);
COMMENT ON TABLE hubgen.drift IS
  'Latest result of hubgen diff: drifts is a list of {kind, severity, text}, migration the SQL that would resolve it';

CREATE TABLE IF NOT EXISTS hubgen.copy (
  entity text PRIMARY KEY,
  portal_id bigint NOT NULL,
  table_name text NOT NULL,
  table_oid bigint NOT NULL,
  since timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE hubgen.copy ADD COLUMN IF NOT EXISTS ui_domain text;
COMMENT ON TABLE hubgen.copy IS
  'Portal and table that the state of an entity belongs to; the oid reveals a table that was dropped and created again; ui_domain is the host of the portal''s pages';

CREATE TABLE IF NOT EXISTS hubgen.pending_read (
  entity text NOT NULL,
  part text NOT NULL,
  record_id bigint NOT NULL,
  reason text NOT NULL,
  run_id bigint NOT NULL REFERENCES hubgen.run (id),
  since timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (entity, part, record_id)
);
COMMENT ON TABLE hubgen.pending_read IS
  'Records to read by id: HubSpot''s list lacked them (not_listed), an answer left them out (unread), another record lists them as merged (merged), or a run of the other end is correcting their links (claimed); a row is removed when its record was read';

CREATE TABLE IF NOT EXISTS hubgen.unanswered (
  entity text NOT NULL,
  property text NOT NULL,
  since timestamptz NOT NULL DEFAULT now(),
  run_id bigint NOT NULL REFERENCES hubgen.run (id),
  PRIMARY KEY (entity, property)
);
ALTER TABLE hubgen.unanswered ADD COLUMN IF NOT EXISTS part text NOT NULL DEFAULT 'records';
COMMENT ON TABLE hubgen.unanswered IS
  'Properties that HubSpot''s answers lack: archived, retired, or not readable with this key; their columns keep their values; or (part history) whose former values they lack';

CREATE TABLE IF NOT EXISTS hubgen.link_table (
  table_name text PRIMARY KEY,
  portal_id bigint NOT NULL,
  entity text NOT NULL,
  record_table text NOT NULL,
  from_object_type text NOT NULL,
  to_object_type text NOT NULL,
  from_column text NOT NULL,
  to_column text NOT NULL
);
ALTER TABLE hubgen.link_table ADD COLUMN IF NOT EXISTS to_table text;
COMMENT ON TABLE hubgen.link_table IS
  'Tables of links that runs fill, one per pair of object types: runs of entity fill it, and runs of the other end (to_object_type) correct it';

CREATE TABLE IF NOT EXISTS hubgen.view (
  name text PRIMARY KEY,
  checksum text NOT NULL,
  definition text NOT NULL,
  kept jsonb
);
COMMENT ON TABLE hubgen.view IS
  'Views that hubgen migrate made: from which query (checksum), how Postgres read it then (definition), and of one that a migration dropped what people had set on it, until it is made again (kept)';

CREATE TABLE IF NOT EXISTS hubgen.alert (
  target text NOT NULL,
  cause text NOT NULL,
  title text NOT NULL,
  entities jsonb NOT NULL,
  began_at timestamptz NOT NULL DEFAULT now(),
  claimed_at timestamptz,
  sent_at timestamptz,
  PRIMARY KEY (target, cause)
);
COMMENT ON TABLE hubgen.alert IS
  'Causes that a target of alerts was sent (sent_at) or has yet to be sent, so that each is sent once; claimed_at: a process is sending it; a row is removed when the target was sent that its cause is gone';

CREATE TABLE IF NOT EXISTS hubgen.run_total (
  entity text NOT NULL,
  outcome text NOT NULL,
  runs bigint NOT NULL,
  seconds double precision NOT NULL,
  calls bigint NOT NULL,
  read bigint NOT NULL,
  inserted bigint NOT NULL,
  updated bigint NOT NULL,
  unchanged bigint NOT NULL,
  deleted bigint NOT NULL,
  rejected_records bigint NOT NULL,
  rejected_values bigint NOT NULL,
  PRIMARY KEY (entity, outcome)
);
COMMENT ON TABLE hubgen.run_total IS
  'Sums of the runs that were removed from hubgen.run because of their age, so that totals only grow';

CREATE TABLE IF NOT EXISTS hubgen.audit (
  entity text NOT NULL,
  audited_at timestamptz NOT NULL,
  subject text NOT NULL,
  run_id bigint REFERENCES hubgen.run (id),
  records bigint NOT NULL,
  differing bigint NOT NULL,
  unexplained bigint NOT NULL,
  mended bigint NOT NULL,
  example_id bigint,
  PRIMARY KEY (entity, audited_at, subject)
);
COMMENT ON TABLE hubgen.audit IS
  'Random samples compared with HubSpot value by value and link by link: subject is a column or a table of links; unexplained counts differences that no change explains';

CREATE TABLE IF NOT EXISTS hubgen.resource_row (
  entity text NOT NULL,
  parent_key text NOT NULL,
  row_key text NOT NULL,
  PRIMARY KEY (entity, parent_key, row_key)
);
COMMENT ON TABLE hubgen.resource_row IS
  'Rows of a resource that an unfinished read has found so far; the rows that it does not find are marked as deleted when it ends';

CREATE TABLE IF NOT EXISTS hubgen.resource_read (
  entity text NOT NULL,
  parent_key text NOT NULL,
  changed text,
  stamp timestamptz,
  read_at timestamptz NOT NULL,
  whole_at timestamptz,
  PRIMARY KEY (entity, parent_key)
);
COMMENT ON TABLE hubgen.resource_read IS
  'The last read of a resource, per parent row: which state of the parent it followed (changed), where the next one begins (stamp), and when everything that can have changed was read last (whole_at)';

CREATE TABLE IF NOT EXISTS hubgen.erased_row (
  entity text NOT NULL,
  row_key text NOT NULL,
  erased_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (entity, row_key)
);
COMMENT ON TABLE hubgen.erased_row IS
  'Rows of resources that were erased with a contact: reads leave them as they are, although HubSpot may still send them';
`
