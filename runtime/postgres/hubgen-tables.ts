import type { ColumnType, Generated } from 'kysely'

/** hubgen's own tables, schema `hubgen`, in the database that it fills. */
export interface HubgenTables {
  'hubgen.migration': MigrationTable
  'hubgen.run': RunTable
  'hubgen.lease': LeaseTable
  'hubgen.pass': PassTable
  'hubgen.quarantine': QuarantineTable
  'hubgen.event': EventTable
  'hubgen.check_result': CheckResultTable
  'hubgen.property_use': PropertyUseTable
  'hubgen.drift': DriftTable
  'hubgen.copy': CopyTable
  'hubgen.pending_read': PendingReadTable
  'hubgen.unanswered': UnansweredTable
  'hubgen.link_table': LinkTableTable
  'hubgen.audit': AuditTable
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
  /** Somebody wants the run to end; it does so with its next sign of life. */
  cancel_requested_at: Date | null
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
  /** Why it could not be read when it was last begun, in words; null unless HubSpot, or the database, refused. */
  refusal: string | null
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

/** What happened in a run, as far as people want to know it afterwards; see `runtime/sync/journal.ts`. */
export interface EventTable {
  run_id: string
  /** From 1 in the order of the run: its process is the only writer. */
  number: number
  at: Date
  /** Of a SyncEvent, or `progress`. */
  type: string
  /** The rest of the event. */
  body: unknown
}

/** One check of one entity at one time: counted (`records`, `failing`), or for freshness an age. */
export interface CheckResultTable {
  entity: string
  checked_at: Date
  /** `completeness`, `duplicates`, `integrity`, `links`, `merges`, `answers`, `freshness`. */
  check_name: string
  /** A column, a table of links or a part of the copy, and with it the problem where there are several. */
  subject: string
  records: ColumnType<string | null, number | string | null, number | string | null>
  failing: ColumnType<string | null, number | string | null, number | string | null>
  example_id: string | null
  age_seconds: number | null
  /** Percent filled at least (completeness), percent failing at most, or seconds at most; null: not judged. */
  bound: number | null
  /** Null where there is no bound, or nothing to count. */
  passed: boolean | null
}

/** How much a property is used, as it was last measured. */
export interface PropertyUseTable {
  entity: string
  property: string
  column_name: string
  measured_at: Date
  /** Live ones. */
  records: Counter
  filled: Counter
  /** By the planner's statistics; null where there are none. */
  distinct_values: ColumnType<string | null, number | string | null, number | string | null>
  /** The newest modified stamp of a record that has a value. */
  last_written_at: Date | null
}

/** What `hubgen diff` found for an entity when it last looked. */
export interface DriftTable {
  entity: string
  looked_at: Date
  /** A list of `{ kind, severity, text }`; empty when there is none. */
  drifts: ColumnType<unknown, string, string>
  /** The SQL that `hubgen generate` would write for it; null when it would write none. */
  migration: string | null
}

/** Of which portal and table the state of an entity, or of a pass that entities share, is. */
export interface CopyTable {
  entity: string
  /** Read as text: bigint. */
  portal_id: ColumnType<string, number | string, number | string>
  /** Unquoted: `hubspot.deal`. */
  table_name: string
  table_oid: ColumnType<string, number | string, number | string>
  since: Generated<Date>
}

/** A record that must be read by id. */
export interface PendingReadTable {
  entity: string
  /** `records`, `history`, or the pass of a table of links: `associations:deal_contact`. */
  part: string
  record_id: string
  /** `not_listed`, `unread`, `merged`, `claimed`. */
  reason: string
  run_id: string
  since: Generated<Date>
}

/** A property that HubSpot's answers lack; its columns keep their values. */
export interface UnansweredTable {
  entity: string
  property: string
  since: Generated<Date>
  run_id: string
}

/** A table of links that runs of one entity fill, and those of the other end mend. */
export interface LinkTableTable {
  /** Unquoted: `hubspot.deal_contact`. */
  table_name: string
  /** Read as text: bigint. */
  portal_id: ColumnType<string, number | string, number | string>
  /** Of the `from` end. */
  entity: string
  /** Unquoted: `hubspot.deal`. */
  record_table: string
  from_object_type: string
  to_object_type: string
  from_column: string
  to_column: string
  /** Where the records of the `to` end are; null before their first run. */
  to_table: string | null
}

/** The result of a random sample of records, for one column or one table of links. */
export interface AuditTable {
  entity: string
  audited_at: Date
  subject: string
  run_id: string | null
  /** Records of the sample. */
  records: Counter
  differing: Counter
  /** Differences that no change since the last sync explains. */
  unexplained: Counter
  mended: Counter
  example_id: string | null
}
