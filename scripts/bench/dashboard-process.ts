/** The dashboard in its own process, started by `benchTabs`; it ends with the process that started it. */
import { tmpdir } from 'node:os'
import { pathToFileURL } from 'node:url'
import { serveDashboard } from '../../dashboard/serve-dashboard.ts'
import type { Entity } from '../../runtime/entity.ts'
import { openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import type { DashboardInput } from './tabs.ts'

const { modulePath, databaseUrl } = JSON.parse(process.argv[2] ?? '{}') as DashboardInput
const { contacts } = (await import(pathToFileURL(modulePath).href)) as { contacts: Entity }
const nothing = async (): Promise<void> => {}

const dashboard = await serveDashboard({
  host: 'localhost',
  port: 0,
  basePath: '',
  alerts: null,
  token: null,
  portal: null,
  portalName: null,
  environment: null,
  database: await openDatabase(readDatabaseSettings({ DATABASE_URL: databaseUrl }, tmpdir())),
  entities: [{ facts: contacts, label: 'Contacts' }],
  directory: tmpdir(),
  // The benchmark starts no sync.
  syncCommand: () => [process.execPath, '--version'],
  estimateFull: async () => ({ records: null, calls: 0, seconds: 0, daily: null }),
  check: nothing,
  lookForDrift: nothing,
  pendingMigrations: async () => [],
  onError: (error) => {
    throw error
  },
})
process.once('disconnect', () => process.exit())
process.send?.({ url: dashboard.url })
