import type { Pipeline, PipelineStage } from './analysis.ts'
import { compareLists } from './compare-lists.ts'
import type { AddDrift } from './drift.ts'
import { shortened, type Wording, words } from './wording.ts'

/** Compares pipelines and stages: added, removed, relabelled and otherwise changed ones. */
export function comparePipelines(
  before: readonly Pipeline[],
  after: readonly Pipeline[],
  add: AddDrift,
): void {
  const pipelines = compareLists(before, after, ({ id }) => id)
  for (const pipeline of pipelines.added) {
    const stages = String(pipeline.stages.length)
    add(
      'pipeline_added',
      pipeline.id,
      words`${wordPipeline(pipeline)} added, with ${[stages]} stages`,
      {
        after: pipeline.label,
      },
    )
  }
  for (const pipeline of pipelines.removed) {
    add('pipeline_removed', pipeline.id, words`${wordPipeline(pipeline)} removed`, {
      before: pipeline.label,
    })
  }
  for (const { before: old, after: now } of pipelines.changed) {
    if (old.label !== now.label) {
      add(
        'pipeline_changed',
        now.id,
        words`pipeline ${now.id}: label "${shortened(old.label)}" → "${shortened(now.label)}"`,
        { before: old.label, after: now.label },
      )
    }
    compareStages(old, now, add)
  }
  if (pipelines.rearranged) add('pipeline_changed', '', words`the pipelines are in another order`)
}

function compareStages(before: Pipeline, after: Pipeline, add: AddDrift): void {
  const where = wordPipeline(after)
  const stages = compareLists(before.stages, after.stages, ({ id }) => id)
  for (const stage of stages.added) {
    add('stage_added', stage.id, words`${where}: ${wordStage(stage)} added`, { after: stage.label })
  }
  for (const stage of stages.removed) {
    add('stage_removed', stage.id, words`${where}: ${wordStage(stage)} removed`, {
      before: stage.label,
    })
  }
  for (const { before: old, after: now } of stages.changed) compareStage(where, old, now, add)
  if (stages.rearranged) {
    add('stage_changed', after.id, words`${where}: its stages are in another order`)
  }
}

function compareStage(
  where: Wording,
  before: PipelineStage,
  after: PipelineStage,
  add: AddDrift,
): void {
  const facts = [
    ['label', quoted(before.label), quoted(after.label)],
    ['closed', wordClosed(before.closed), wordClosed(after.closed)],
    ['probability', before.probability ?? 'none', after.probability ?? 'none'],
  ] as const
  for (const [name, old, now] of facts) {
    if (old === now) continue
    const wording = words`${where}: stage ${after.id}: ${[name]} ${old} → ${now}`
    add('stage_changed', after.id, wording, { before: old, after: now })
  }
}

function quoted(label: string): string {
  return `"${shortened(label)}"`
}

function wordClosed(closed: boolean | null): string {
  if (closed === null) return 'unknown'
  return closed ? 'yes' : 'no'
}

function wordPipeline({ id, label }: Pipeline): Wording {
  return words`pipeline "${shortened(label)}" (${id})`
}

function wordStage({ id, label }: PipelineStage): Wording {
  return words`stage "${shortened(label)}" (${id})`
}
