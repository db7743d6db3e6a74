import { currency } from './currency.ts'
import { emailSubscription } from './email-subscription.ts'
import type { Resource } from './resource.ts'

/** All resources. A parent stands before the resources that belong to it. */
export const resources: readonly Resource[] = [currency, emailSubscription]
