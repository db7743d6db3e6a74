import { setFlagsFromString } from 'node:v8'

/**
 * Keeps V8 from giving new objects ever more room, which it does for a program that makes many: 100 MB for
 * garbage in a sync. Measured at 60,000 records of 250 properties: 243 MB at the peak instead of 314, and no
 * slower. For programs of ours only: it concerns everything in the process.
 */
export function keepYoungGenerationSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}
