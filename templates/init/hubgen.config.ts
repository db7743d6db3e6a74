import { defineConfig } from 'hubgen/config'

/**
 * What hubgen copies, and what it is called here. Everything is optional; `hubgen explore` writes each
 * decision into generated/<entity>/analysis.json, and `hubgen diff` says what it changes.
 */
export default defineConfig({
  // What `--all` means to `hubgen explore`, `hubgen diff`, `hubgen sync` and `hubgen check`.
  entities: ['contacts', 'companies', 'deals'],

  // Properties to leave out, by entity; `*` means every entity. `include` lists the only ones to copy.
  // exclude: { '*': ['hs_analytics_*'], contacts: ['hs_ip_*'] },

  // Column names (for good, once generated) and types by property, and columns that need an index.
  // columns: { deals: { deal_size: 'property_size' } },
  // types: { deals: { deal_size: 'numeric' } },
  // indexes: { deals: ['closedate'] },

  // Properties whose former values are kept, in hubspot.deal_property_history.
  // history: { deals: ['dealstage'] },

  // What `hubgen check` calls all right: least percent filled, most percent of duplicates, oldest copy.
  // quality: {
  //   '*': { freshness: '26h' },
  //   deals: { completeness: { amount: 95 }, duplicates: { dealname: 1 } },
  //   contacts: { quarantine: { percent: 5, values: 20 } },
  // },

  // A sync that would mark more than this as deleted stops and asks; both bounds count.
  // deletes: { brake: { percent: 20, records: 100 } },

  // How far back a sync searches for changes again: HubSpot's index shows some late.
  // readBack: { '*': '15m' },

  // Records that were deleted for good in HubSpot keep their values here; 'erase' empties them.
  // whenGone: 'keep',

  // The Postgres schema of the tables; a table that exists is not moved.
  // schema: 'hubspot',
})
