import type { Entity } from '../../runtime/entity.ts'
import { bigint } from '../../runtime/values/bigint.ts'
import { bool } from '../../runtime/values/boolean.ts'
import { date } from '../../runtime/values/date.ts'
import { numeric } from '../../runtime/values/numeric.ts'
import type { SourceRecord } from '../../runtime/values/row.ts'
import { text } from '../../runtime/values/text.ts'
import { timestamptz } from '../../runtime/values/timestamptz.ts'

/** A small entity with a column of each type, as a generated module states it. */
export const deals: Entity = {
  name: 'deals',
  objectType: '0-3',
  table: 'hubspot.deal',
  portalId: 8100142,
  modifiedProperty: 'hs_lastmodifieddate',
  properties: {
    property_amount: numeric('amount'),
    property_birthday: date('birthday'),
    property_closedate: timestamptz('closedate'),
    property_dealname: text('dealname'),
    property_hs_is_closed: bool('hs_is_closed'),
    property_hubspot_owner_id: bigint('hubspot_owner_id'),
  },
}

export const dealTableSql = `CREATE SCHEMA IF NOT EXISTS hubspot;

CREATE TABLE hubspot.deal (
  id bigint PRIMARY KEY,
  portal_id bigint NOT NULL,
  is_deleted boolean NOT NULL DEFAULT false,
  _fivetran_deleted boolean NOT NULL DEFAULT false,
  _fivetran_synced timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL,
  property_amount numeric,
  property_birthday date,
  property_closedate timestamptz,
  property_dealname text,
  property_hs_is_closed boolean,
  property_hubspot_owner_id bigint
);
COMMENT ON TABLE hubspot.deal IS 'HubSpot Deals (0-3), synced by hubgen';
CREATE INDEX idx_hubspot_deal_closedate ON hubspot.deal (property_closedate);
`

/** A record as HubSpot returns it; `day` is the day in January 2026 of its modified stamp. */
export function dealRecord(
  id: number | bigint,
  day: number,
  properties: Readonly<Record<string, string | null>>,
): SourceRecord {
  const updatedAt = `2026-01-${String(day).padStart(2, '0')}T00:00:00Z`
  return { id: String(id), properties, updatedAt, archived: false }
}
