/** The queries of the demo: joins and counts that a person would run on the first day. */
export const demoQueries: readonly { readonly title: string; readonly sql: string }[] = [
  {
    title: 'Deals by stage, with labels',
    sql: `
      SELECT property_pipeline AS pipeline, property_dealstage AS stage, count(*) AS deals,
             round(sum(property_amount)) AS amount
      FROM hubspot.deal_labelled
      WHERE NOT is_deleted AND property_amount < 1e9
      GROUP BY 1, 2 ORDER BY amount DESC NULLS LAST LIMIT 5`,
  },
  {
    title: 'Tickets by priority and month',
    sql: `
      SELECT to_char(property_createdate, 'YYYY-MM') AS month,
             coalesce(property_hs_ticket_priority, '(none)') AS priority, count(*) AS tickets
      FROM hubspot.ticket
      WHERE NOT is_deleted
      GROUP BY 1, 2 ORDER BY 1 DESC, 3 DESC LIMIT 6`,
  },
  {
    title: 'Contacts, companies and deals by owner',
    sql: `
      SELECT owner, sum(contacts) AS contacts, sum(companies) AS companies, sum(deals) AS deals
      FROM (
        SELECT property_hubspot_owner_id AS owner, 1 AS contacts, 0 AS companies, 0 AS deals FROM hubspot.contact
        UNION ALL SELECT property_hubspot_owner_id, 0, 1, 0 FROM hubspot.company
        UNION ALL SELECT property_hubspot_owner_id, 0, 0, 1 FROM hubspot.deal
      ) AS owned
      WHERE owner IS NOT NULL
      GROUP BY owner ORDER BY deals DESC, owner LIMIT 5`,
  },
  {
    title: 'Values that did not fit their column, from hubgen.quarantine',
    sql: `
      SELECT entity, property, reason, count(*) AS values
      FROM hubgen.quarantine
      GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2 LIMIT 6`,
  },
]
