import { FaultPlan } from '../../../simulator/faults.ts'

/**
 * `npm run faults-off` sets it: the simulator accepts faults but makes none, and tests about them must fail.
 */
if (process.env['HUBGEN_FAULTS_OFF'] === 'all') {
  Object.defineProperty(FaultPlan.prototype, 'add', { value: () => 'off' })
}
