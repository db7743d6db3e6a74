import { globSync } from 'node:fs'
import { HubgenError } from '../../runtime/errors.ts'
import { chooseFor } from '../config/choose.ts'
import type { Config } from '../config/read-config.ts'
import type { DriftRequest } from './find-drift.ts'

/**
 * What to compare: the entities named, or with `all` those of the configuration, else every one that was
 * explored. Fails with ANALYSIS_MISSING where there is none.
 */
export function driftRequest(
  directory: string,
  named: readonly string[] | 'all',
  config: Config | null,
  onStep: DriftRequest['onStep'],
): DriftRequest {
  const explored = globSync('*/analysis.json', { cwd: directory })
    .map((path) => path.split(/[\\/]/)[0] ?? '')
    .sort()
  const entities = named === 'all' ? (config?.entities ?? explored) : named
  if (entities.length === 0) {
    throw new HubgenError('ANALYSIS_MISSING', 'nothing has been explored yet', {
      at: directory,
      fix: '`hubgen explore deals`',
    })
  }
  return {
    directory,
    entities,
    folder: named === 'all' && config?.entities === undefined ? 'whole' : 'part',
    choicesOf: (target) => chooseFor(config, target),
    onStep,
  }
}
