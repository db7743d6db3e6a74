/** The dashboard in its own process, started by `benchTabs`; it ends with the process that started it. */
import { tmpdir } from 'node:os'
import { pathToFileURL } from 'node:url'
import { serveDashboard } from '../../dashboard/serve-dashboard.ts'
import type { Entity } from '../../runtime/entity.ts'
import { openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { idleDashboard } from '../../test/support/dashboard/idle-dashboard.ts'
import type { DashboardInput } from './tabs.ts'

const { modulePath, databaseUrl } = JSON.parse(process.argv[2] ?? '{}') as DashboardInput
const { contacts } = (await import(pathToFileURL(modulePath).href)) as { contacts: Entity }

const dashboard = await serveDashboard({
  ...idleDashboard,
  database: await openDatabase(readDatabaseSettings({ DATABASE_URL: databaseUrl }, tmpdir())),
  entities: [{ facts: contacts, label: 'Contacts' }],
})
process.once('disconnect', () => process.exit())
process.send?.({ url: dashboard.url })
