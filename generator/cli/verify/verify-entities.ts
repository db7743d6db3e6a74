import type { Entity } from '../../../runtime/entity.ts'
import { loadEnvironment } from '../../../runtime/environment.ts'
import { HubgenError } from '../../../runtime/errors.ts'
import { connectHubSpot } from '../../../runtime/hubspot/client/client.ts'
import { readHubSpotSettings } from '../../../runtime/hubspot/client/settings.ts'
import type { Database } from '../../../runtime/postgres/connection/database.ts'
import { syncEntity } from '../../../runtime/sync/sync-entity.ts'
import type { SyncOptions } from '../../../runtime/sync/sync-options.ts'
import { type VerifyReport, verifyEntity } from '../../../runtime/sync/verify/verify-entity.ts'
import { listenForInterrupt } from '../../../runtime/terminal/interrupt.ts'
import { openForSync } from '../../../runtime/terminal/open-for-terminal.ts'
import { print } from '../../../runtime/terminal/print.ts'
import { openProgressLine } from '../../../runtime/terminal/progress-line.ts'
import { importEntity } from '../../project/import-entity.ts'
import {
  describeProgress,
  describeRepair,
  describeVerified,
  type VerifyView,
} from './verify-text.ts'

export interface VerifyRequest extends VerifyView {
  /** The limit on rows of an entity that a repair may mark as deleted. */
  readonly brakeOf: (entity: Entity) => SyncOptions['brake']
  readonly whenGone?: SyncOptions['whenGone']
}

interface Verifying extends VerifyRequest {
  readonly database: Database
  readonly signal: AbortSignal
}

/** Returns 1 if something still differs. Rejects if it could not look. */
export async function verifyEntities(
  directory: string,
  names: readonly string[],
  view: VerifyRequest,
): Promise<0 | 1> {
  const entities: Entity[] = []
  for (const name of names) entities.push(await importEntity(directory, name))
  const database = await openForSync(view.format)
  const verifying = { ...view, database, signal: listenForInterrupt() }
  try {
    let differing = 0
    for (const entity of entities) differing += await verifyOne(entity, verifying)
    return differing === 0 ? 0 : 1
  } catch (error) {
    if (!verifying.signal.aborted) throw error
    throw new HubgenError('CANCELLED', 'the comparison was cancelled; it changed nothing', {
      fix: 'run the command again',
    })
  } finally {
    await database.close()
  }
}

/** The number of remaining differences and of records that may differ. */
async function verifyOne(entity: Entity, verifying: Verifying): Promise<number> {
  const found = await lookAndTell(entity, verifying)
  if (found.total === 0 || verifying.afterwards === 'report') return countDoubts(found)
  const { database, signal, format, brakeOf, whenGone } = verifying
  const brake = brakeOf(entity)
  const repair = found.spans
  const repaired = await syncEntity(entity, { database, signal, repair, brake, whenGone })
  if (format === 'json') writeJson({ event: 'repaired', ...plainRepair(repaired) })
  else print(describeRepair(repaired))
  if (repaired.error !== null) throw repaired.error
  return countDoubts(await lookAndTell(entity, verifying))
}

/** Records that HubSpot did not answer, and parts that it refused, may differ. */
function countDoubts({ total, unread, compared }: VerifyReport): number {
  return total + unread + compared.left.length
}

async function lookAndTell(entity: Entity, verifying: Verifying): Promise<VerifyReport> {
  const { database, signal, format, values, links } = verifying
  const settings = readHubSpotSettings(loadEnvironment(process.cwd()), process.cwd())
  const hubspot = connectHubSpot(settings, { signal })
  const progress = openProgress(entity.name, format)
  try {
    const report = await verifyEntity(entity, hubspot, database, {
      signal,
      ...(values !== undefined && { values }),
      ...(links !== undefined && { links }),
      onPage: progress.add,
      onDifference(difference) {
        const { name } = entity
        if (format === 'json') {
          writeJson({ event: 'difference', entity: name, ...difference })
        }
      },
    })
    progress.end()
    const { examples: _, spans: __, ...counts } = report
    if (format === 'json') writeJson({ event: 'verified', ...counts })
    else print(describeVerified(report, verifying))
    return report
  } finally {
    progress.end()
  }
}

function plainRepair(report: Awaited<ReturnType<typeof syncEntity>>): object {
  const { entity, outcome, inserted, updated, deleted, calls, seconds, error } = report
  const failure = error === null ? null : { code: error.code, message: error.message }
  return { entity, outcome, inserted, updated, deleted, calls, seconds, error: failure }
}

function openProgress(entity: string, format: 'json' | 'text') {
  const line = openProgressLine(process.stderr)
  const counts = { records: 0, values: 0, links: 0 }
  return {
    add(count: number, what: keyof typeof counts) {
      counts[what] += count
      if (format === 'text') line.draw(describeProgress(entity, counts))
    },
    end: line.clear,
  }
}

function writeJson(event: object): void {
  process.stdout.write(`${JSON.stringify(event)}\n`)
}
