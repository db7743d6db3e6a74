import { defineConfig } from 'hubgen/config'

/**
 * Selects the properties that hubgen copies and names their columns. Everything is optional; `hubgen explore`
 * writes each decision into generated/<entity>/analysis.json, and `hubgen diff` shows the changes.
 */
export default defineConfig({
  // The entities that `--all` selects in every command.
  entities: ['contacts', 'companies', 'deals'],

  // The resources that `--all` selects; by default all that cost few calls, so no e-mail events and no members of lists.
  // resources: ['lists', 'list_members', 'forms'],

  // Properties to leave out, by entity; `*` means every entity. With `include` only the listed ones are copied.
  // exclude: { '*': ['hs_analytics_*'], contacts: ['hs_ip_*'] },

  // Column names (fixed once generated) and types by property, and columns that need an index.
  // columns: { deals: { closed_lost_reason: 'property_lost_because' } },
  // types: { deals: { days_to_close: 'bigint' } },
  // indexes: { deals: ['closedate'] },

  // Properties whose former values are kept, in hubspot.deal_property_history.
  // history: { deals: ['dealstage'] },

  // Thresholds for `hubgen check`: minimum percent filled, maximum percent of duplicates, maximum age of the copy.
  // quality: {
  //   '*': { freshness: '26h' },
  //   deals: { completeness: { amount: 95 }, duplicates: { dealname: 1 } },
  //   contacts: { quarantine: { percent: 5, values: 20 } },
  // },

  // A sync that would mark more records as deleted than both of these thresholds fails and marks none.
  // deletes: { brake: { percent: 20, records: 100 } },

  // How far back each sync searches for changes again, because HubSpot's index shows some late.
  // readBack: { '*': '15m' },

  // When the daily and weekly parts of a sync are due, by the portal's clock.
  // lookAt: '03:00',

  // How long runs, their events and results of checks are kept.
  // keepRuns: '90d',

  // Records that were permanently deleted in HubSpot keep their values here; 'erase' empties them.
  // whenGone: 'keep',

  // Shown on every page of the dashboard.
  // environment: 'production',
  // portalName: 'Acme Europe',

  // Also views with the tables and columns of Fivetran's connector, for its dbt package.
  // compat: 'fivetran',

  // The Postgres schema of the tables; existing tables are not moved.
  // schema: 'hubspot',
})
