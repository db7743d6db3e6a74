import type { Route } from '../http/router.ts'
import { accountRoutes } from './account.ts'
import { associationWriteRoutes } from './association-writes.ts'
import { associationRoutes } from './associations.ts'
import { definitionWriteRoutes } from './definition-writes.ts'
import { ownerRoutes } from './owners.ts'
import { pipelineRoutes } from './pipelines.ts'
import { propertyRoutes } from './properties.ts'
import { propertyLimitRoutes } from './property-limits.ts'
import { recordBatchRoutes } from './record-batches.ts'
import { recordPageRoutes } from './record-pages.ts'
import { recordWriteRoutes } from './record-writes.ts'
import { schemaRoutes } from './schemas.ts'
import { searchRoutes } from './search.ts'
import { userRoutes } from './users.ts'

/** All routes of HubSpot's API that the simulator implements. */
export const allRoutes: readonly Route[] = [
  ...accountRoutes,
  ...propertyRoutes,
  ...schemaRoutes,
  ...ownerRoutes,
  ...userRoutes,
  ...pipelineRoutes,
  ...propertyLimitRoutes,
  ...recordPageRoutes,
  ...recordBatchRoutes,
  ...searchRoutes,
  ...associationRoutes,
  ...recordWriteRoutes,
  ...definitionWriteRoutes,
  ...associationWriteRoutes,
]
