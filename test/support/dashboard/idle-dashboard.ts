import { tmpdir } from 'node:os'
import type { ServeOptions } from '../../../dashboard/serve-dashboard.ts'

const nothing = async (): Promise<void> => {}

/** A dashboard without a token whose buttons do nothing: it lacks only a database and entities. */
export const idleDashboard: Omit<ServeOptions, 'database' | 'entities'> = {
  host: 'localhost',
  port: 0,
  basePath: '',
  alerts: null,
  token: null,
  portal: null,
  portalName: null,
  environment: null,
  directory: tmpdir(),
  syncCommand: () => [process.execPath, '--version'],
  estimateFull: async () => ({ records: null, calls: 0, seconds: 0, daily: null }),
  check: nothing,
  lookForDrift: nothing,
  pendingMigrations: async () => [],
  onError: (error) => {
    throw error
  },
}
