/** A portal with any number of rows of one resource, in its own process, started by `resources.ts`. */
import { findResource } from '../../runtime/resources/resources.ts'
import { answerRows, type Rows } from '../../test/support/hubspot/resource-answers.ts'
import { scriptHubSpot } from '../../test/support/hubspot/scripted-hubspot.ts'

export interface RowsOrder extends Pick<Rows, 'size' | 'given'> {
  readonly name: string
}

/** So that calls never wait. */
const headers = {
  'x-hubspot-ratelimit-max': '10000000',
  'x-hubspot-ratelimit-interval-milliseconds': '10000',
  'x-hubspot-ratelimit-remaining': '9999999',
}

let rows: Rows | undefined
const { settings } = await scriptHubSpot((request) => ({
  headers,
  ...(rows === undefined ? { status: 404 } : answerRows(request, rows)),
}))

process.once('disconnect', () => process.exit())
process.on('message', ({ name, size, given }: RowsOrder) => {
  const resource = findResource(name)
  rows = resource === undefined ? undefined : { resource, size, given }
  process.send?.({})
})
process.send?.(settings)
