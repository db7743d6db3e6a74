import type { Entity } from '../../entity.ts'
import { listInFormat } from '../../hubspot/records.ts'
import { readSideBySide } from '../../hubspot/side-by-side.ts'
import { type Extent, findExtent } from '../../hubspot/survey.ts'
import { type LoadPlan, planLoad } from '../../postgres/load-plan.ts'
import type { ConvertedRecord } from '../../values/row.ts'
import type { LoadPage } from '../load-pages.ts'
import { loadPages } from '../load-pages.ts'
import type { Pass, PassContext, PassCounts, PlanContext, PlannedCalls } from '../pass.ts'
import { rowFormat } from '../row-format.ts'

/** Up to one page of records nobody needs to know how many there are. */
const pageRecords = 100

/** Every record by the list: the full scan. */
export const records: Pass = {
  name: 'records',
  everyMs: 0,
  covers: ['changes'],
  reads: readColumns,
  plan: planCalls,
  run: readRecords,
}

/** A property that got another type fills several columns: each counts. */
function readColumns(entity: Entity): readonly string[] {
  return planLoad(entity)
    .columns.map(({ column, property, codec }) => `${column} ${codec.type} of ${property}`)
    .sort()
}

async function planCalls({
  entity,
  hubspot,
  total,
}: PlanContext): Promise<readonly PlannedCalls[]> {
  const { objectType } = entity
  const pages = Math.max(1, Math.ceil((total ?? 0) / pageRecords))
  const endpoint = `GET ${hubspot.paths.objects(objectType)}`
  return [{ endpoint, calls: pages, bucket: 'general' }]
}

async function readRecords(context: PassContext): Promise<PassCounts> {
  const plan = planLoad(context.entity)
  const survey = surveyBeside(context)
  try {
    return await loadPages(context, asPages(readEntity(context, plan, survey.extent)), { plan })
  } finally {
    survey.end()
  }
}

async function* asPages(
  pages: AsyncIterable<readonly ConvertedRecord[]>,
): AsyncGenerator<LoadPage> {
  for await (const page of pages) yield { records: page }
}

/** A few records are the first ones by id; all of them come as quickly as the limit allows. */
function readEntity(
  { hubspot, entity, options }: PassContext,
  plan: LoadPlan,
  extent: Promise<Extent | null>,
): AsyncIterable<readonly ConvertedRecord[]> {
  const { objectType } = entity
  const properties = [...new Set(plan.columns.map(({ property }) => property))]
  const format = rowFormat(plan.columns)
  const { limit, readers } = options
  if (limit !== undefined) {
    return listInFormat(hubspot, { objectType, properties, limit }, format)
  }
  const sideBySide = { format, extent, ...(readers !== undefined && { readers }) }
  return readSideBySide(hubspot, { objectType, properties }, sideBySide)
}

/** Asks beside the reading how much there is; both the reading and a progress bar can do without. */
function surveyBeside({ hubspot, entity, options, emit }: PassContext) {
  const { limit = Number.POSITIVE_INFINITY } = options
  let ended = false
  const measure = async () => {
    if (limit <= pageRecords) return null
    try {
      const extent = await findExtent(hubspot, entity.objectType)
      if (extent !== null && !ended) {
        emit({ type: 'total_counted', total: Math.min(extent.total, limit) })
      }
      return extent
    } catch {
      // Whatever is wrong with HubSpot or the log meets the reading and the next batch as well.
      return null
    }
  }
  return {
    extent: measure(),
    end() {
      ended = true
    },
  }
}
