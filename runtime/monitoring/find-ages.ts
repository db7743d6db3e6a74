import { sql } from 'kysely'
import type { Entity } from '../entity.ts'
import type { Database } from '../postgres/connection/database.ts'
import { explainingErrors } from '../postgres/database-error.ts'
import { stateNameOf } from '../sync/pass.ts'
import { passesOf } from '../sync/passes.ts'
import { type CheckFinding, stampedPart } from './judge-checks.ts'

interface Part {
  /** As `hubgen.freshness` has it: the entity's own, or what all of them share. */
  readonly entity: string
  readonly part: string
  readonly everySeconds: number
}

/**
 * How old each part of the copy is that sync reads today, by `hubgen.freshness`; parts that it no longer
 * reads are left out. The state tables are there.
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
      // The clock of the server may have been set back since.
      ageSeconds: age === null ? null : Math.max(0, age),
      everySeconds,
    }
  })
}

/**
 * Records and their changes are one part; what a run reads of changed records alone is none, and neither are
 * the daily looks for what runs trust not to happen.
 */
function partsOf(entity: Entity): readonly Part[] {
  const others = passesOf(entity).filter(
    ({ name }) => !/^(?:records$|changes$|audit$|look_back$|changed_)/.test(name),
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
