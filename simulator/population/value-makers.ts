import type { ObjectType, Property } from '../store.ts'
import { chooseMaker } from './choose-maker.ts'
import { fillRates } from './fill.ts'
import { mix, saltOf } from './mix.ts'
import { type OddValues, withOddities } from './oddities.ts'
import type { Subject } from './subject.ts'

/** Makes the value of a property for a record; undefined if it is not set. */
export type ValueMaker = (subject: Subject) => string | undefined

const VALUE = 0x51ed270b

const prepared = new WeakMap<readonly Property[], Map<string, ReadonlyMap<string, ValueMaker>>>()

/**
 * Prepared once in a process for each object type and list of properties, so that each value of a page costs only
 * a few multiplications. Values that depend on a record's state (its id, its two stamps, the merged ids) are not
 * made here.
 */
export function valueMakers(
  objectType: ObjectType,
  properties: readonly Property[],
  oddValues: OddValues,
): ReadonlyMap<string, ValueMaker> {
  const byType = prepared.get(properties) ?? new Map<string, ReadonlyMap<string, ValueMaker>>()
  prepared.set(properties, byType)
  const key = `${objectType.typeId} ${objectType.name} ${oddValues}`
  const makers = byType.get(key) ?? prepareMakers(objectType, properties, oddValues)
  byType.set(key, makers)
  return makers
}

function prepareMakers(
  objectType: ObjectType,
  properties: readonly Property[],
  oddValues: OddValues,
): ReadonlyMap<string, ValueMaker> {
  const rates = fillRates(objectType, properties)
  const { createdProperty, modifiedProperty } = objectType
  const mergeNames = ['hs_merged_object_ids', 'hs_calculated_merged_vids']
  const ownNames = ['hs_object_id', ...mergeNames, createdProperty, modifiedProperty]
  return new Map(
    properties
      .filter((property) => !ownNames.includes(property.name))
      .map((property) => [
        property.name,
        valueMaker(objectType, property, rates.get(property.name) ?? 0, oddValues),
      ]),
  )
}

function valueMaker(
  objectType: ObjectType,
  property: Property,
  rate: number,
  oddValues: OddValues,
): ValueMaker {
  const salt = saltOf(`${objectType.typeId} ${property.name}`)
  const limit = rate * 0x1_0000_0000
  const make = withOddities(property, chooseMaker(objectType.typeId, property), oddValues)
  return (subject) => {
    const draw = mix(subject.seed, salt)
    return draw < limit ? make(subject, mix(draw, VALUE)) : undefined
  }
}
