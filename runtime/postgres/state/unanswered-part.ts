/**
 * A property that HubSpot does not answer (`records`), or whose former values it does not answer
 * (`history`).
 */
export interface UnansweredPart {
  readonly property: string
  readonly part: 'records' | 'history'
}
