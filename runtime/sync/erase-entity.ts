import { sql } from 'kysely'
import type { Entity } from '../entity.ts'
import { HubgenError } from '../errors.ts'
import { batchRecords } from '../hubspot/batch-read.ts'
import type { HubSpot } from '../hubspot/client/client.ts'
import { type Fate, findFates } from '../hubspot/find-fates.ts'
import { machine } from '../machine.ts'
import type { Database } from '../postgres/connection/database.ts'
import { checkTable } from '../postgres/connection/table-check.ts'
import { explainingErrors } from '../postgres/database-error.ts'
import { tableOf } from '../postgres/identifier.ts'
import {
  type ErasedCounts,
  type ErasedRecord,
  eraseWithMerged,
} from '../postgres/load/erase-records.ts'
import { findMerged, markDeleted } from '../postgres/load/live-rows.ts'
import { rememberMerges } from '../postgres/load/merges.ts'
import { commitRetrying } from '../postgres/state/commit.ts'
import { beginRun, keepLease, proveLease } from '../postgres/state/lease.ts'
import { noCounts } from '../postgres/state/run-counts.ts'
import { ensureState, finishRun, type RunIdentity } from '../postgres/state/state.ts'
import { checkFacts } from './check-facts.ts'
import { checkEntityPortal, checkState, checkTablePortal, claimState } from './portal-guard.ts'
import { type ListedRecord, noValues, stampsOnly } from './verify/compare-ids.ts'

/** The result of an erasure. */
export interface EraseReport extends ErasedCounts {
  readonly entity: string
  readonly table: string
  readonly runId: string
  /** The result of an erasure. */
  readonly records: readonly string[]
  /** Ids of records that were merged into them; these are erased as well. */
  readonly merged: readonly string[]
  /** By requested id: the live record that it was merged into, which keeps the values it took over. */
  readonly survivors: Readonly<Record<string, string>>
  readonly calls: number
}

/** Records per transaction; rows may be a thousand columns wide. */
const erasedAtOnce = 100

/**
 * Empties records everywhere in the copy, permanently. Before erasing anything, it fails with RECORD_LIVE
 * for records that are live in HubSpot (the next sync would restore them), and for ids that HubSpot gives
 * no answer for or that the copy does not contain. Records that were merged into an erased record are
 * erased as well. Takes the entity's lease: fails with ENTITY_BUSY while another run holds it.
 */
export async function eraseEntity(
  entity: Entity,
  hubspot: HubSpot,
  database: Database,
  wantedIds: readonly string[],
): Promise<EraseReport> {
  checkFacts(entity)
  const ids = [...new Set(wantedIds.map((id) => BigInt(id).toString()))]
  const account = await hubspot.account()
  checkEntityPortal(entity, account)
  await checkState(database, entity, account.portalId)
  await checkTable(database, entity)
  await checkTablePortal(database, entity, account)
  await ensureState(database)
  await checkKnown(database, entity, ids)
  const fates = await readFates(hubspot, database, entity, ids)
  const facts = { entity: entity.name, mode: 'erase', portalId: account.portalId }
  const run = await beginRun(database, facts, async (transaction) => {
    await claimState(transaction, database, entity, account)
  })
  const lost = new AbortController()
  const lease = keepLease(database, run, (error) => lost.abort(error))
  const startedMs = machine.elapsedMs()
  const erasing: Erasing = { entity, database, run, lost: lost.signal, fates }
  const end: Progress = { merged: [], rows: 0, versions: 0, quarantined: 0, labels: 0, personal: 0 }
  let failure: unknown = null
  try {
    await eraseAll(erasing, ids, end)
  } catch (error) {
    failure = error
  } finally {
    lease.release()
  }
  await finishRun(database, run, {
    outcome: failure === null ? 'succeeded' : 'partial',
    ...noCounts,
    read: ids.length,
    updated: end.rows,
    calls: hubspot.calls,
    seconds: (machine.elapsedMs() - startedMs) / 1000,
    ...(failure !== null && { error: describeFailure(failure) }),
  })
  if (failure !== null) throw failure
  const { table } = entity
  const survivors = survivorsOf(fates)
  return {
    entity: entity.name,
    table,
    runId: run.id,
    records: ids,
    survivors: Object.fromEntries(survivors),
    calls: hubspot.calls,
    ...end,
  }
}

type Fates = ReadonlyMap<string, Fate<ListedRecord>>

interface Erasing {
  readonly entity: Entity
  readonly database: Database
  readonly run: RunIdentity
  readonly lost: AbortSignal
  readonly fates: Fates
}

interface Progress extends ErasedCounts {
  merged: readonly string[]
  rows: number
  versions: number
  quarantined: number
  labels: number
  personal: number
}

async function eraseAll(erasing: Erasing, ids: readonly string[], end: Progress): Promise<void> {
  for (let start = 0; start < ids.length; start += erasedAtOnce) {
    erasing.lost.throwIfAborted()
    const { counts, merged } = await eraseSome(erasing, ids.slice(start, start + erasedAtOnce))
    end.merged = [...new Set([...end.merged, ...merged])].filter((id) => !ids.includes(id))
    end.rows += counts.rows
    end.versions += counts.versions
    end.quarantined += counts.quarantined
    end.labels += counts.labels
    end.personal += counts.personal
  }
}

async function eraseSome(
  { entity, database, run, fates }: Erasing,
  ids: readonly string[],
): Promise<{ readonly counts: ErasedCounts; readonly merged: readonly string[] }> {
  return commitRetrying(database, async (transaction) => {
    await markDeleted(transaction, entity, ids)
    await rememberMerges(transaction, entity, survivorsOf(only(fates, ids)))
    const records = ids.map((id) => erasedRecord(id, fates.get(id)))
    const erased = await eraseWithMerged(transaction, entity, records)
    // These records were just read by id. Reading them again would restore what the recycle bin still has.
    await sql`DELETE FROM hubgen.pending_read
      WHERE entity = ${entity.name} AND part = 'records'
        AND record_id = ANY(${[...ids]}::bigint[])`.execute(transaction)
    await proveLease(transaction, run)
    return erased
  })
}

function erasedRecord(id: string, fate: Fate<ListedRecord> | undefined): ErasedRecord {
  const binned = fate?.kind === 'archived' ? fate.record.updatedAtMs : Number.NaN
  return { id, updatedAt: Number.isNaN(binned) ? null : new Date(binned).toISOString() }
}

function only(fates: Fates, ids: readonly string[]): Fates {
  return new Map([...fates].filter(([id]) => ids.includes(id)))
}

function survivorsOf(fates: Fates): ReadonlyMap<string, string> {
  const survivors = new Map<string, string>()
  for (const [id, fate] of fates) {
    if (fate.kind === 'merged') survivors.set(id, fate.survivorId)
  }
  return survivors
}

/** Fails unless HubSpot confirms that each record is not live. */
async function readFates(
  hubspot: HubSpot,
  database: Database,
  entity: Entity,
  ids: readonly string[],
): Promise<Fates> {
  const request = { objectType: entity.objectType, properties: noValues }
  const fates = new Map<string, Fate<ListedRecord>>()
  const merged = await findMerged(database, entity, ids)
  for (let start = 0; start < ids.length; start += batchRecords) {
    const some = ids.slice(start, start + batchRecords)
    for (const entry of await findFates(hubspot, request, stampsOnly, some, merged)) {
      fates.set(...entry)
    }
  }
  const live = ids.filter((id) => fates.get(id)?.kind === 'live')
  if (live.length > 0) {
    throw new HubgenError(
      'RECORD_LIVE',
      `HubSpot lists ${nameIds(live)} of \`${entity.name}\` as live: the next sync would restore what is erased here`,
      {
        at: `POST ${hubspot.paths.batchRead(entity.objectType)}`,
        fix: 'delete in HubSpot first (for a person: "Permanently delete"), then run the command again; nothing was erased',
      },
    )
  }
  const unread = ids.filter((id) => (fates.get(id)?.kind ?? 'unread') === 'unread')
  if (unread.length === 0) return fates
  throw new HubgenError(
    'RECORDS_UNANSWERED',
    `HubSpot does not say whether it still has ${nameIds(unread)} of \`${entity.name}\``,
    {
      at: `POST ${hubspot.paths.batchRead(entity.objectType)}`,
      fix: 'run the command again in a few minutes; nothing was erased',
    },
  )
}

/** Fails if neither the table nor the quarantine contains a record, since the id may be mistyped. */
async function checkKnown(
  database: Database,
  entity: Entity,
  ids: readonly string[],
): Promise<void> {
  const { schema, name } = tableOf(entity)
  const { rows } = await explainingErrors(database.label, () =>
    sql<{ id: string }>`
      SELECT wanted.id::text FROM unnest(${[...ids]}::bigint[]) AS wanted (id)
      WHERE NOT EXISTS (SELECT FROM ${sql.id(schema, name)} AS stored WHERE stored.id = wanted.id)
        AND NOT EXISTS (
          SELECT FROM hubgen.quarantine
          WHERE entity = ${entity.name} AND record_id = wanted.id::text
        )
      ORDER BY wanted.id`.execute(database.kysely),
  )
  if (rows.length === 0) return
  const unknown = nameIds(rows.map(({ id }) => id))
  throw new HubgenError('RECORD_UNKNOWN', `\`${entity.table}\` has no ${unknown}`, {
    at: database.description,
    fix: 'check the ids, which are those of HubSpot (`id` in the table), and the entity; nothing was erased',
  })
}

const namedIds = 5

function nameIds(ids: readonly string[]): string {
  const named = ids.slice(0, namedIds).join(', ')
  const more = ids.length > namedIds ? ` and ${ids.length - namedIds} more` : ''
  return `${ids.length === 1 ? 'record' : 'records'} ${named}${more}`
}

function describeFailure(failure: unknown): string {
  return failure instanceof HubgenError ? `${failure.code}: ${failure.message}` : 'a bug in hubgen'
}
