import { afterEach, beforeEach, expect, test } from 'vitest'
import { customTargets } from '../../generator/explore/entity-target.ts'
import type { DriftRecord } from '../../generator/project/drift/drift-words.ts'
import { openProject, type Project } from '../support/project.ts'

let project: Project

beforeEach(async () => {
  project = await openProject({ records: { Vehicle: 3, notes: 3 } })
  for (const command of ['explore', 'generate']) {
    expect((await project.hubgen(command, 'vehicle', 'notes')).exitCode).toBe(0)
  }
})

afterEach(() => project[Symbol.asyncDispose]())

function vehicleType(): string {
  const type = project.simulator.store.objectTypes().find(({ name }) => name === 'Vehicle')
  if (type === undefined) throw new Error('the portal has no vehicles')
  return type.typeId
}

test('a custom object that is gone is drift like that of the others, with a fix', async () => {
  const typeId = vehicleType()
  const { store } = project.simulator
  store.archiveObjectType(typeId)
  store.relabelProperty('0-46', 'hs_note_body', 'Text')
  const { exitCode, out, err } = await project.hubgen('diff', '--all', '--json')
  expect({ exitCode, err }).toEqual({ exitCode: 1, err: '' })
  const { drift, unseen } = JSON.parse(out) as { drift: DriftRecord[]; unseen: unknown[] }
  expect(unseen).toEqual([])
  const told = drift.map(({ entity, kind, severity, before }) => ({
    entity,
    kind,
    severity,
    before,
  }))
  expect(told).toContainEqual({
    entity: 'vehicle',
    kind: 'object_type_missing',
    severity: 'schema',
    before: typeId,
  })
  expect(told.map(({ kind }) => kind)).toContain('label_changed')
  const text = await project.hubgen('diff', 'vehicle')
  expect(text.exitCode).toBe(1)
  expect(text.out).toContain('table hubspot.vehicle keeps its rows')
  expect(text.out).not.toContain('hubgen explore')
  store.restoreObjectType(typeId)
  store.relabelProperty('0-46', 'hs_note_body', 'Note body')
  expect((await project.hubgen('diff', 'vehicle')).exitCode).toBe(0)
})

test('a custom object keeps the name of its folder, whatever others come or go', () => {
  const object = (name: string, typeId: string) => ({
    typeId,
    name,
    fullyQualifiedName: `p1_${name}`,
    singularLabel: name,
    pluralLabel: name,
    primaryDisplayProperty: null,
  })
  const names = (list: readonly string[][], known: readonly (readonly [string, string])[]) =>
    customTargets(
      list.map(([name = '', id = '']) => object(name, id)),
      new Map(known),
    ).map(({ entity, objectType }) => [objectType.id, entity])
  const both = [
    ['Car', '2-1'],
    ['CAR', '2-2'],
  ]
  expect(names(both, [])).toEqual([
    ['2-1', 'p1_car_2_1'],
    ['2-2', 'p1_car_2_2'],
  ])
  expect(names([['Car', '2-1']], [['2-1', 'p1_car_2_1']])).toEqual([['2-1', 'p1_car_2_1']])
  expect(names(both, [['2-1', 'car']])).toEqual([
    ['2-1', 'car'],
    ['2-2', 'p1_car'],
  ])
  // An object that came back with a new type id gets a new table.
  expect(names([['Car', '2-9']], [['2-1', 'car']])).toEqual([['2-9', 'p1_car']])
})
