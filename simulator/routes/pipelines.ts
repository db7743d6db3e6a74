import type { Context } from '../context.ts'
import { type Answer, jsonAnswer } from '../http/answer.ts'
import { type Call, parameter } from '../http/call.ts'
import { v3AndDated } from '../http/paths.ts'
import { noSuchPage } from '../http/refusal.ts'
import type { Route } from '../http/router.ts'
import type { Pipeline } from '../store.ts'

const pipelinesPath = 'crm/pipelines/:objectType'

export const pipelineRoutes: readonly Route[] = [
  {
    name: 'pipelines',
    method: 'GET',
    pattern: pipelinesPath,
    versions: v3AndDated,
    answer: (call, context) => jsonAnswer({ results: readPipelines(call, context) }),
  },
  {
    name: 'pipeline',
    method: 'GET',
    pattern: `${pipelinesPath}/:pipelineId`,
    versions: v3AndDated,
    answer: (call, context) => jsonAnswer(readPipeline(call, context)),
  },
  {
    name: 'stages',
    method: 'GET',
    pattern: `${pipelinesPath}/:pipelineId/stages`,
    versions: v3AndDated,
    answer: (call, context) => jsonAnswer({ results: readPipeline(call, context).stages }),
  },
  {
    name: 'stage',
    method: 'GET',
    pattern: `${pipelinesPath}/:pipelineId/stages/:stageId`,
    versions: v3AndDated,
    answer: readStage,
  },
]

/** Not paged; `limit` and `archived` have no effect. */
function readPipelines(call: Call, context: Context): readonly Pipeline[] {
  const type = context.definitions.objectType(parameter(call, 'objectType'))
  context.access.requireSchema(type)
  return context.store.pipelines(type.typeId) ?? []
}

/** A missing pipeline or stage is a missing page: HTML, or no body for a client that accepts JSON. */
function readPipeline(call: Call, context: Context): Pipeline {
  const id = parameter(call, 'pipelineId')
  const pipeline = readPipelines(call, context).find((known) => known.id === id)
  if (pipeline === undefined) throw noSuchPage()
  return pipeline
}

function readStage(call: Call, context: Context): Answer {
  const id = parameter(call, 'stageId')
  const stage = readPipeline(call, context).stages.find((known) => known.id === id)
  if (stage === undefined) throw noSuchPage()
  return jsonAnswer(stage)
}
