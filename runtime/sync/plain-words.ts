import type { UnreadReason } from '../hubspot/page.ts'
import type { RejectReason } from '../values/codec.ts'
import type { PassName } from './pass.ts'
import type { PassReport, RunMode, SyncOutcome } from './report.ts'

/*
 * The stored names of reasons, passes, modes and outcomes, in words for people. Each table is a record over
 * a closed set, so that a new name does not compile without its words. The database, JSON, metrics and log
 * files contain the names.
 */

/** How a run ended, including the ends that another run or the lease reveals. */
export type RunOutcome = SyncOutcome | 'not_started' | 'interrupted' | 'running'

const outcomes: Readonly<Record<RunOutcome, string>> = {
  running: 'running',
  succeeded: 'succeeded',
  partial: 'incomplete',
  failed: 'failed',
  cancelled: 'cancelled',
  limited: 'stopped at its limit',
  not_started: 'not started',
  interrupted: 'interrupted',
}

const modes: Readonly<Record<RunMode | 'replay' | 'erase', string>> = {
  full: 'everything',
  incremental: 'what changed',
  repair: 'repair',
  test: 'test',
  replay: 'quarantine again',
  erase: 'erasure',
}

const passOutcomes: Readonly<Record<PassReport['outcome'], string>> = {
  completed: 'complete',
  skipped: 'skipped',
  failed: 'failed',
  ended: 'ended early',
}

/** Passes that fill no table of links. */
type PlainPass = Exclude<PassName, `${string}associations:${string}`>

const passes: Readonly<Record<PlainPass, string>> = {
  records: 'all records',
  changes: 'changed records',
  look_back: 'changes that the search showed late',
  archived: 'the recycle bin',
  archived_before: 'records archived before the first sync',
  deletes: 'deleted records',
  reconciliation: 'the list of all ids',
  calculated: 'calculated values',
  history: 'former values',
  pipelines: 'pipelines and stages',
  changed_links: 'links of changed records',
  owners: 'owners and teams',
  audit: 'the daily comparison',
  repair: 'repair of differences',
  rows: 'all rows',
}

const rejectReasons: Readonly<Record<RejectReason, string>> = {
  not_a_number: 'not a number',
  number_out_of_range: 'number too large',
  not_an_integer: 'not a whole number',
  integer_out_of_range: 'whole number too large',
  not_a_boolean: 'neither true nor false',
  not_a_date: 'not a date',
  not_a_datetime: 'not a date and time',
  year_out_of_range: 'year out of range',
  ambiguous_digits: 'digits that could mean several times',
  several_values: 'several values in a column for one',
  not_json: 'not JSON',
  unstorable_escape: 'a character that Postgres cannot store',
  duplicate_key: 'JSON with the same key twice',
  nested_too_deep: 'JSON nested too deeply',
}

const recordReasons: Readonly<Record<UnreadReason | 'row_dropped', string>> = {
  unanswered: 'HubSpot gave no answer',
  unreadable: 'HubSpot could not give it',
  no_time: 'it has no time of its last change',
  no_properties: 'it has no properties',
  id_out_of_range: 'its id is too long',
  row_dropped: 'a trigger or rule of the table drops it',
}

const reasons = { ...rejectReasons, ...recordReasons }

/** `several values in a column for one`; a reason of Postgres without its code: `unique violation`. */
export function sayReason(reason: string): string {
  return wordFor(reasons, reason.replace(/^[0-9A-Z]{5} /, ''))
}

/** `links in deal_contact` for `associations:deal_contact`. */
export function sayPass(pass: string): string {
  const [, changed, table] = /^(changed_)?associations:(.+)$/s.exec(pass) ?? []
  if (table === undefined) return wordFor(passes, pass)
  return changed === undefined ? `links in ${table}` : `links of changed records in ${table}`
}

/** The same for a part of a copy, as in `hubgen.freshness`. */
export function sayPart(part: string): string {
  return part === 'stamped' ? 'records' : sayPass(part)
}

export function sayOutcome(outcome: string): string {
  return wordFor(outcomes, outcome)
}

export function sayPassOutcome(outcome: string): string {
  return wordFor(passOutcomes, outcome)
}

export function sayMode(mode: string): string {
  return wordFor(modes, mode)
}

/** The name itself if another version of hubgen wrote it. */
function wordFor(words: Readonly<Record<string, string>>, name: string): string {
  return Object.hasOwn(words, name) ? (words[name] ?? name) : name.replaceAll('_', ' ')
}
