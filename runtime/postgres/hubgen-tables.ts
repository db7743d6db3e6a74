import type { ColumnType, Generated } from 'kysely'
import type { Counter, RunTable, RunTotalTable } from './run-tables.ts'

/** hubgen's own tables, schema `hubgen`, in the target database. */
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
  'hubgen.view': ViewTable
  'hubgen.alert': AlertTable
  'hubgen.run_total': RunTotalTable
  'hubgen.audit': AuditTable
  'hubgen.resource_row': ResourceRowTable
  'hubgen.resource_read': ResourceReadTable
  'hubgen.erased_row': ErasedRowTable
}

/** Files of `generated/migrations` that were applied. */
export interface MigrationTable {
  /** File name. */
  name: string
  /**
   * SHA-256 of the file in hexadecimal, with `
   * ` line endings.
   */
  checksum: string
  applied_at: Generated<Date>
}

/** The run that syncs an entity; expired rows are void. */
export interface LeaseTable {
  entity: string
  run_id: string
  /** `host, process 4711`, shown to runs that are refused. */
  holder: string
  acquired_at: Generated<Date>
  heartbeat_at: Generated<Date>
  expires_at: Date
  /** Set when a person asks the run to stop; the run stops at its next heartbeat. */
  cancel_requested_at: Date | null
}

/** The progress of each part of an entity's copy: one row per pass, kept across runs. */
export interface PassTable {
  entity: string
  /** `records`, `changes`, `associations:deal_contact`, … */
  pass: string
  /** When the pass last began; a resumed pass keeps its original time. */
  begun_at: Date
  /** Where to resume; null if no pass is in progress. Written in the transaction of the data it describes. */
  position: unknown
  /** Null until the pass completed once. */
  finished_at: Date | null
  /** The database has HubSpot's state of this time or later; null until the pass completed once. */
  fresh_as_of: Date | null
  /** The names that it read when it last began, sorted; null for a pass that always reads the same. */
  reads: readonly string[] | null
  /**
   * The refusal when it last began, as text: why it could not read its part, or not in the usual way; null
   * unless HubSpot or the database refused.
   */
  refusal: string | null
  run_id: string
}

/**
 * Values and records that did not fit: at most one row per property of a record, and one for a whole
 * record.
 */
export interface QuarantineTable {
  id: Generated<string>
  entity: string
  record_id: string
  /** Null: Postgres refused the whole record, and `raw_value` is its JSON as `SourceRecord`. */
  property: string | null
  raw_value: string
  reason: string
  /** The first run that met it in this form. */
  run_id: string
  quarantined_at: Generated<Date>
  /** HubSpot's stamp of the record version with this value; null for a whole record, whose JSON contains it. */
  record_updated_at: Date | null
}

/** The events of runs that people may want to see later; see `runtime/sync/journal.ts`. */
export interface EventTable {
  run_id: string
  /** From 1 in the order of the run; the run's process is the only writer. */
  number: number
  at: Date
  /** The type of a SyncEvent, or `progress`. */
  type: string
  /** The rest of the event. */
  body: unknown
}

/** One result of a check of an entity: counts (`records`, `failing`) or, for freshness, an age. */
export interface CheckResultTable {
  entity: string
  checked_at: Date
  /** `completeness`, `duplicates`, `integrity`, `rules`, `links`, `merges`, `answers`, `freshness`. */
  check_name: string
  /** A column, a table of links or a part of the copy; followed by the problem if a check has several. */
  subject: string
  records: ColumnType<string | null, number | string | null, number | string | null>
  failing: ColumnType<string | null, number | string | null, number | string | null>
  example_id: string | null
  age_seconds: number | null
  /** Minimum percent filled (completeness), maximum percent failing, or maximum seconds; null if not judged. */
  bound: number | null
  /** Null if there is no bound or nothing to count. */
  passed: boolean | null
}

/** The usage of a property, as last measured. */
export interface PropertyUseTable {
  entity: string
  property: string
  column_name: string
  measured_at: Date
  /** Live records. */
  records: Counter
  filled: Counter
  /** From the planner's statistics; null if there are none. */
  distinct_values: ColumnType<string | null, number | string | null, number | string | null>
  /** The newest modified stamp of a record that has a value. */
  last_written_at: Date | null
}

/** The latest result of `hubgen diff` for an entity. */
export interface DriftTable {
  entity: string
  looked_at: Date
  /** A list of `{ kind, severity, text }`; empty if there is no drift. */
  drifts: ColumnType<unknown, string, string>
  /** The SQL that `hubgen generate` would write; null if none. */
  migration: string | null
}

/** The portal and table that an entity's state, or a shared pass's state, belongs to. */
export interface CopyTable {
  entity: string
  /** Read as text: bigint. */
  portal_id: ColumnType<string, number | string, number | string>
  /** Unquoted: `hubspot.deal`. */
  table_name: string
  table_oid: ColumnType<string, number | string, number | string>
  since: Generated<Date>
  /** The host of the portal's pages: `app.hubspot.com`; null until a run has learned it. */
  ui_domain: string | null
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
  /** `records`; `history` if only its former values are missing. */
  part: Generated<'records' | 'history'>
  since: Generated<Date>
  run_id: string
}

/** A table of links that runs of one entity fill and runs of the other end correct. */
export interface LinkTableTable {
  /** Unquoted: `hubspot.deal_contact`. */
  table_name: string
  /** Read as text: bigint. */
  portal_id: ColumnType<string, number | string, number | string>
  /** The entity of the `from` end. */
  entity: string
  /** Unquoted: `hubspot.deal`. */
  record_table: string
  from_object_type: string
  to_object_type: string
  from_column: string
  to_column: string
  /** The table of the `to` end's records; null before their first run. */
  to_table: string | null
}

/** A view that `hubgen migrate` created. */
export interface ViewTable {
  /** With schema, as written in SQL: `hubspot.deal_labelled`. */
  name: string
  /** SHA-256 of the query that created it. */
  checksum: string
  /** Hash of the definition that Postgres showed after that. */
  definition: string
  /** Rights and comments that a view had when a migration dropped it; null while the view exists. */
  kept: ColumnType<unknown, string | null, string | null>
}

/** The result of comparing a random sample of records, for one column or one table of links. */
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

/** A cause of the verdict, as one target of alerts knows it. */
export interface AlertTable {
  /** `slack SLACK_URL` */
  target: string
  cause: string
  title: string
  /** An array of names. */
  entities: ColumnType<readonly string[], string, string>
  began_at: Generated<Date>
  claimed_at: Date | null
  sent_at: Date | null
}

/** Rows that an unfinished read of a resource has found so far, by parent ("" if they are not read by parent). */
export interface ResourceRowTable {
  entity: string
  parent_key: string
  row_key: string
}

/** The last read of a resource, one row per parent. */
export interface ResourceReadTable {
  entity: string
  parent_key: string
  /** The columns of the parent that show a change, as they were when the read began. */
  changed: string | null
  /** Where the next read begins. */
  stamp: Date | null
  read_at: Date
  /** When everything was last read. */
  whole_at: Date | null
}

/** Rows of resources that were erased with a contact, and that no read fills again. */
export interface ErasedRowTable {
  entity: string
  /** As in `hubgen.resource_row`. */
  row_key: string
  erased_at: Generated<Date>
}
