import { pipelinesOf } from '../catalogue/pipelines.ts'
import type { Pipeline, Stage } from '../store.ts'
import { below, mix, pick, saltOf } from './mix.ts'

/** A record's passage through a pipeline. */
export interface Journey {
  readonly pipelineId: string
  readonly stageId: string
  readonly stage: Stage | undefined
  /** The stages that it entered, in order; it is still in the last one. */
  readonly steps: readonly Step[]
}

export interface Step {
  readonly stageId: string
  readonly enteredMs: number
  readonly exitedMs: number | undefined
}

const PIPELINE = saltOf('pipeline')
const STAGE = saltOf('stage')
const NOWHERE: Journey = { pipelineId: '', stageId: '', stage: undefined, steps: [] }

/**
 * Starts at `createdMs`, with equal intervals, as far as the seed determines; the last step is no later
 * than the modification.
 */
export function journeyOf(
  typeId: string,
  seed: number,
  createdMs: number,
  modifiedMs: number,
): Journey {
  const pipelines = pipelinesOf(typeId)
  if (pipelines === undefined) {
    return NOWHERE
  }
  const pipeline = pick(mix(seed, PIPELINE), pipelines)
  const path = pathThrough(pipeline, mix(seed, STAGE))
  const stepMs = Math.floor((modifiedMs - createdMs) / path.length)
  const steps = path.map((stage, position) => ({
    stageId: stage.id,
    enteredMs: createdMs + position * stepMs,
    exitedMs: position + 1 < path.length ? createdMs + (position + 1) * stepMs : undefined,
  }))
  const stage = path.at(-1)
  return { pipelineId: pipeline.id, stageId: stage?.id ?? '', stage, steps }
}

/** Deals and tickets have it in their stages' metadata; other stages are never closed. */
export function isClosed(stage: Stage | undefined): boolean {
  const { isClosed: text } = stage?.metadata ?? {}
  return text === 'true'
}

/** Some open stages in order; half of the records end in a closed one, if there is any. */
function pathThrough(pipeline: Pipeline, draw: number): Stage[] {
  const open = pipeline.stages.filter((stage) => !isClosed(stage))
  const closed = pipeline.stages.filter(isClosed)
  const path = open.slice(0, 1 + below(draw, open.length))
  return closed.length > 0 && draw % 2 === 0 ? [...path, pick(mix(draw, 5), closed)] : path
}
