import { describe, expect, test } from 'vitest'
import { resources } from '../../runtime/resources/resources.ts'

const names = resources.map(({ name }) => name)

describe.each(resources)('$name', (resource) => {
  const columns = Object.keys(resource.columns)

  test('its key, stamp and references are columns of it', () => {
    const { key, keyHash, stamp, refs = {} } = resource
    const derived = Object.keys(resource.derive ?? {})
    expect([...columns, ...derived]).toEqual(expect.arrayContaining(Object.keys(refs)))
    expect(columns).toEqual(expect.arrayContaining([...key, ...(keyHash?.of ?? [])]))
    if (derived.length > 0) {
      expect([resource.personal?.address, stamp?.column]).not.toContain(undefined)
      expect([derived, key.length]).toEqual([['contact_id'], 1])
    }
    if (stamp !== undefined) expect(columns).toContain(stamp.column)
    if (keyHash !== undefined) expect(key).toContain(keyHash.column)
  })

  test('its parent stands before it and has the columns that it names', () => {
    const { parent } = resource
    if (parent === undefined || !('resource' in parent)) return
    const found = resources.find(({ name }) => name === parent.resource)
    expect(names.indexOf(parent.resource)).toBeLessThan(names.indexOf(resource.name))
    expect(Object.keys(found?.columns ?? {})).toEqual(
      expect.arrayContaining([
        ...Object.values(parent.bind),
        ...Object.keys(parent.when ?? {}),
        ...(parent.changed ?? []),
      ]),
    )
  })

  test('it has no column that every table has', () => {
    const all = [columns, ...(resource.children ?? []).map((child) => Object.keys(child.columns))]
    expect(all.flat()).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(portal_id|is_deleted|_fivetran_.*)$/)]),
    )
  })

  test('rows of a parent are marked within the parent, and have its key', () => {
    const { parent, deletes } = resource
    if (parent === undefined) expect(deletes).not.toBe('absentInParent')
    if (parent === undefined || deletes === 'never') return
    expect(deletes).toBe('absentInParent')
    const found =
      'resource' in parent
        ? resources.find(({ name }) => name === parent.resource)?.key
        : ['from', 'to']
    const pointers = Object.values(resource.columns).map(([pointer]) => pointer)
    expect(pointers).toEqual(expect.arrayContaining((found ?? []).map((column) => `^${column}`)))
  })

  test('its child tables have their keys, from columns or constants', () => {
    for (const { key, columns, set = {}, refs = {} } of resource.children ?? []) {
      const all = [...Object.keys(columns), ...Object.keys(set)]
      expect(all).toEqual(expect.arrayContaining([...key, ...Object.keys(refs)]))
      const pointers = Object.values(columns).map(([pointer]) => pointer)
      expect(pointers).toEqual(expect.arrayContaining(resource.key.map((name) => `^${name}`)))
    }
  })
})

test('no two resources share a name, an alias or a table', () => {
  const all = [...names, ...resources.flatMap(({ alias }) => alias ?? [])]
  expect(new Set(all).size).toBe(all.length)
})
