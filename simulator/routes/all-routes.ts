import type { Route } from '../http/router.ts'
import { accountRoutes } from './account.ts'
import { associationWriteRoutes } from './association-writes.ts'
import { associationRoutes } from './associations.ts'
import { definitionWriteRoutes } from './definition-writes.ts'
import { emailEventRoutes } from './email-events.ts'
import { emptyListRoutes } from './empty-lists.ts'
import { eventOccurrenceRoutes } from './event-occurrences.ts'
import { flowRoutes } from './flows.ts'
import { formRoutes } from './forms.ts'
import { legacyPropertyRoutes } from './legacy-properties.ts'
import { legacyRecordRoutes } from './legacy-records.ts'
import { listRoutes } from './lists.ts'
import { marketingCampaignRoutes } from './marketing-campaigns.ts'
import { marketingEmailRoutes } from './marketing-emails.ts'
import { marketingEventRoutes } from './marketing-events.ts'
import { oauthRoutes } from './oauth.ts'
import { ownerRoutes } from './owners.ts'
import { pipelineRoutes } from './pipelines.ts'
import { portalSettingRoutes } from './portal-settings.ts'
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
  ...legacyPropertyRoutes,
  ...legacyRecordRoutes,
  ...schemaRoutes,
  ...ownerRoutes,
  ...userRoutes,
  ...pipelineRoutes,
  ...propertyLimitRoutes,
  ...oauthRoutes,
  ...listRoutes,
  ...formRoutes,
  ...marketingEmailRoutes,
  ...emailEventRoutes,
  ...eventOccurrenceRoutes,
  ...marketingCampaignRoutes,
  ...flowRoutes,
  ...portalSettingRoutes,
  ...marketingEventRoutes,
  ...emptyListRoutes,
  ...recordPageRoutes,
  ...recordBatchRoutes,
  ...searchRoutes,
  ...associationRoutes,
  ...recordWriteRoutes,
  ...definitionWriteRoutes,
  ...associationWriteRoutes,
]
