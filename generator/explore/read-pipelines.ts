import { z } from 'zod'
import type { HubSpot } from '../../runtime/hubspot/client/client.ts'
import { isClosedStage } from '../../runtime/hubspot/closed-stage.ts'
import type { Analysis, Pipeline, PipelineStage } from '../model/analysis.ts'
import { compareText } from '../model/compare-text.ts'
import { parseAnswer } from './parse-answer.ts'
import { isAbsence } from './read-optional.ts'

const placed = {
  id: z.string(),
  label: z.string().nullish(),
  displayOrder: z.number().nullish(),
  archived: z.boolean().nullish(),
}

/** Metadata values are strings, including booleans and numbers. */
const stageSchema = z.object({
  ...placed,
  metadata: z.record(z.string(), z.unknown()).nullish(),
})

const pipelinesSchema = z.object({
  results: z.array(z.object({ ...placed, stages: z.array(stageSchema).nullish() })),
})

/**
 * The live pipelines with their stages, in HubSpot's display order; empty if the type cannot have any. A type
 * that had pipelines always keeps one, so that answer is an error if an earlier analysis has some.
 */
export async function readPipelines(
  hubspot: HubSpot,
  objectType: string,
  earlier: Pick<Analysis, 'pipelines'> | null,
): Promise<readonly Pipeline[]> {
  const path = hubspot.paths.pipelines(objectType)
  let body: unknown
  try {
    body = await hubspot.get(path)
  } catch (error) {
    const hadSome = earlier !== null && earlier.pipelines.length > 0
    if (isAbsence(error) && !hadSome) return []
    throw error
  }
  const { results } = parseAnswer(pipelinesSchema, body, path)
  return inDisplayOrder(results).map(({ id, label, stages }) => ({
    id,
    label: label ?? '',
    stages: inDisplayOrder(stages ?? []).map(toStage),
  }))
}

function toStage(stage: z.output<typeof stageSchema>): PipelineStage {
  const metadata = stage.metadata ?? {}
  const { probability } = metadata
  return {
    id: stage.id,
    label: stage.label ?? '',
    closed: isClosedStage(metadata),
    probability: typeof probability === 'string' ? probability : null,
  }
}

interface Placed {
  readonly id: string
  readonly displayOrder?: number | null | undefined
  readonly archived?: boolean | null | undefined
}

function inDisplayOrder<Item extends Placed>(items: readonly Item[]): Item[] {
  return items
    .filter(({ archived }) => archived !== true)
    .sort((a, b) => (a.displayOrder ?? 0) - (b.displayOrder ?? 0) || compareText(a.id, b.id))
}
