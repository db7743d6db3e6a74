/** The calls that a pass will make to one endpoint. */
export interface PlannedCalls {
  /** As in HubSpot's API: `GET /crm/objects/2026-09/0-3`. */
  readonly endpoint: string
  readonly calls: number
  /** Searches have a separate rate limit. */
  readonly bucket: 'general' | 'search'
}
