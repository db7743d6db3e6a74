import { HubgenError } from '../errors.ts'

/** Parses the maximum number of records to read; fails with LIMIT_INVALID. */
export function parseRecordLimit(text: string): number {
  if (!/^\d+$/.test(text)) throw limitInvalid(text)
  return checkRecordLimit(Number(text))
}

/** Fails with LIMIT_INVALID unless the limit is a positive whole number. */
export function checkRecordLimit(limit: number): number {
  if (!Number.isSafeInteger(limit) || limit < 1) throw limitInvalid(String(limit))
  return limit
}

function limitInvalid(found: string): HubgenError {
  return new HubgenError(
    'LIMIT_INVALID',
    `\`${found}\` is not a number of records to read: it must be a whole number from 1`,
    { fix: 'give a number such as 10, or leave it out to read every record' },
  )
}

/** A resource is read as a whole, because only a complete read shows what HubSpot no longer has. */
export function noRecordLimit(resource: string): HubgenError {
  return new HubgenError('LIMIT_INVALID', `\`${resource}\` is a resource: it takes no limit`, {
    fix: `\`hubgen sync ${resource} --plan\` shows the cost, \`hubgen sync ${resource}\` reads all of it`,
  })
}
