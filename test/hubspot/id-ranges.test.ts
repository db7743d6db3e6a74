import { expect, it } from 'vitest'
import { type IdRange, IdRanges } from '../../runtime/hubspot/id-ranges.ts'

/** A reader at id 0 that expects records up to the last id of the portal, one per id. */
function open() {
  const ranges = new IdRanges(
    [{ position: 0n, end: null, spacing: 1, probableEnd: null }],
    10n ** 12n,
  )
  const split = (): IdRange => {
    const taken = ranges.split(20_000)
    if (taken === null) throw new Error('nothing was split')
    return taken
  }
  const owner = ranges.take()
  if (owner === null) throw new Error('there is no range')
  return { ranges, owner, split }
}

it('halves a range again after an upper half with records', () => {
  const { ranges, owner, split } = open()
  const first = split()
  expect(first.position).toBeGreaterThan(9_000n)
  ranges.close(first, 40)
  expect(split().position).toBeGreaterThan(first.position / 3n)
  expect(owner.position).toBe(0n)
})

it('splits a range much lower after an upper half that was empty', () => {
  const { ranges, owner, split } = open()
  const first = split()
  ranges.close(first, 0)
  const second = split()
  expect(second.position).toBeLessThan(first.position / 7n)
  expect(second).toMatchObject({ end: first.position })
  expect(owner.end).toBe(second.position)
})

it('trusts the density again once a reader has passed the place where records were expected to end', () => {
  const { ranges, owner, split } = open()
  const first = split()
  ranges.close(first, 0)
  owner.position = first.position / 3n
  expect(split().position).toBeGreaterThan(owner.position + first.position / 4n)
})
