import type { Portal } from '../store.ts'

/** The simulated account. It is hosted in the EU, so its user interface is not on `app.hubspot.com`. */
export const PORTAL: Portal = {
  portalId: 8_100_142,
  timeZone: 'Europe/Berlin',
  currency: 'EUR',
  uiDomain: 'app-eu1.hubspot.com',
  dataHostingLocation: 'eu1',
  accountType: 'STANDARD',
}
