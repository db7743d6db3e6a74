import { sql } from 'kysely'
import type { Entity } from '../../entity.ts'
import type { Database } from '../../postgres/connection/database.ts'
import { explainingErrors } from '../../postgres/database-error.ts'
import { stateNameOf } from '../../sync/pass.ts'
import { passesOf } from '../../sync/passes.ts'
import { type CheckFinding, stampedPart } from './judge-checks.ts'

interface Part {
  /** As in `hubgen.freshness`: the entity's name, or the name that entities share. */
  readonly entity: string
  readonly part: string
  readonly everySeconds: number
}

/**
 * The age of each part of the copy that sync reads, from `hubgen.freshness`; parts that it no longer reads
 * are left out. Requires the state tables.
 */
export async function findAges(
  database: Database,
  entity: Entity,
): Promise<readonly CheckFinding[]> {
  const parts = partsOf(entity)
  const { rows } = await explainingErrors(database.label, () =>
    sql<{ entity: string; part: string; age: number | null }>`
      SELECT entity, part, extract(epoch FROM age)::float8 AS age
      FROM hubgen.freshness
      WHERE entity = ANY (${[...new Set(parts.map((one) => one.entity))]}::text[])`.execute(
      database.kysely,
    ),
  )
  return parts.map(({ entity: owner, part, everySeconds }) => {
    const found = rows.find((row) => row.entity === owner && row.part === part)
    const age = found?.age ?? null
    return {
      checkName: 'freshness',
      subject: part,
      property: null,
      records: null,
      failing: null,
      exampleId: null,
      // The server's clock may have been set back since.
      ageSeconds: age === null ? null : Math.max(0, age),
      everySeconds,
    }
  })
}

/**
 * Records and their changes form a single part. Passes that only read changed records are no parts, and
 * neither are the daily audits and what is read only once.
 */
function partsOf(entity: Entity): readonly Part[] {
  const others = passesOf(entity).filter(
    ({ name }) => !/^(?:records$|changes$|archived_before$|audit$|look_back$|changed_)/.test(name),
  )
  return [
    { entity: entity.name, part: stampedPart, everySeconds: 0 },
    ...others.map((pass) => ({
      entity: stateNameOf(pass, entity),
      part: pass.name,
      everySeconds: pass.everyMs / 1000,
    })),
  ]
}
