import { simulatorPort } from '../simulate/simulate-options.ts'
import type { Variables } from './init-choices.ts'

/** The settings for `hubgen simulate` on its default port. */
export async function simulatorVariables(): Promise<Variables> {
  const { simulatorToken } = await import('../../../simulator/start-simulator.ts')
  return new Map([
    ['HUBSPOT_API_URL', `http://127.0.0.1:${simulatorPort}`],
    ['HUBSPOT_API_TOKEN', simulatorToken],
  ])
}
