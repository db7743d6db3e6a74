import type { Context } from '../context.ts'
import { type Answer, jsonAnswer } from '../http/answer.ts'
import type { Call } from '../http/call.ts'
import { v3AndDated } from '../http/paths.ts'
import type { Route } from '../http/router.ts'

const customPropertiesPerType = 1_000
const customPropertiesPerPortal = 10_000

export const propertyLimitRoutes: readonly Route[] = [
  {
    name: 'property_limits',
    method: 'GET',
    pattern: 'crm/limits/custom-properties',
    versions: v3AndDated,
    answer: readPropertyLimits,
  },
]

function readPropertyLimits(_call: Call, { store, access }: Context): Answer {
  const types = store.objectTypes()
  access.requireOneOf(types.flatMap((type) => type.recordScopes))
  const byObjectType = types.map((type) => {
    const usage = store
      .properties(type.typeId)
      .filter((property) => property.hubspotDefined !== true && property.archived !== true).length
    return {
      objectTypeId: type.typeId,
      singularLabel: type.labels.singular,
      pluralLabel: type.labels.plural,
      limit: customPropertiesPerType,
      usage,
      percentage: (usage / customPropertiesPerType) * 100,
    }
  })
  const overallUsage = byObjectType.reduce((sum, type) => sum + type.usage, 0)
  return jsonAnswer({
    overallLimit: customPropertiesPerPortal,
    overallUsage,
    overallPercentage: (overallUsage / customPropertiesPerPortal) * 100,
    byObjectType,
  })
}
