import type { AlertContext } from '../../runtime/alerts/send-alerts.ts'
import type { Environment } from '../../runtime/environment.ts'
import type { Config } from '../config/read-config.ts'

/** The settings of alerts; null if the configuration has none. */
export function alertContext(config: Config | null, environment: Environment): AlertContext | null {
  if (config?.alerts === undefined) return null
  const place = { environment: config.environment ?? null, portalName: config.portalName ?? null }
  return { settings: config.alerts, environment, place }
}
