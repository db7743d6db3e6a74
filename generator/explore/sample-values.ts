import type { HubSpot } from '../../runtime/hubspot/client/client.ts'
import { listRecords } from '../../runtime/hubspot/records.ts'
import { Reject } from '../../runtime/values/codec.ts'
import { codecs } from '../../runtime/values/codecs.ts'
import type { Evidence } from '../model/analysis.ts'
import type { PropertyDefinition, Sample } from '../model/build-analysis.ts'
import { declaredType } from '../model/column-type.ts'
import { gatherEvidence } from '../model/gather-evidence.ts'

export interface SampleRequest {
  /** Type id. */
  readonly objectType: string
  readonly definitions: readonly PropertyDefinition[]
  /** Number of records to read; the portal may have fewer. */
  readonly records: number
  readonly onProgress: (recordsRead: number) => void
}

/**
 * Reads the portal's first records and gathers statistics about their values. Drops each page once it is
 * counted, so memory does not grow with the sample.
 */
export async function sampleValues(hubspot: HubSpot, request: SampleRequest): Promise<Sample> {
  const columns = request.definitions
    .filter(({ archived }) => !archived)
    .map(({ name, type }) => ({
      name,
      codec: codecs[declaredType(type).type],
      gatherer: gatherEvidence(type),
    }))
  let records = 0
  let fullestRecord = 0
  const pages = listRecords(hubspot, {
    objectType: request.objectType,
    properties: columns.map(({ name }) => name),
    limit: request.records,
  })
  for await (const page of pages) {
    for (const { properties } of page) {
      let filled = 0
      for (const { name, codec, gatherer } of columns) {
        const value = Object.hasOwn(properties, name) ? properties[name] : null
        if (value === null || value === undefined || value === '') continue
        filled += 1
        gatherer.add(value, !(codec.decode(value) instanceof Reject))
      }
      fullestRecord = Math.max(fullestRecord, filled)
    }
    records += page.length
    request.onProgress(records)
  }
  const evidence = new Map<string, Evidence>()
  for (const { name, gatherer } of columns) evidence.set(name, gatherer.evidence())
  return { records, evidence, fullestRecord }
}
