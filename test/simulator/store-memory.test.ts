import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { createStore } from '../../simulator/create-store.ts'
import type { Store } from '../../simulator/store.ts'

const MEGABYTE = 1_048_576

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

function heapBytes(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed
}

function read(store: Store, records: number): number {
  let length = 0
  let left = records
  for (const record of store.scan('0-1', 0n, { archived: false })) {
    length += record.value('email')?.length ?? 0
    length += record.value('createdate')?.length ?? 0
    left -= 1
    if (left === 0) {
      break
    }
  }
  return length
}

describe('memory', () => {
  test('a million contacts are as cheap as a thousand, and reading 200,000 leaves nothing behind', () => {
    const before = heapBytes()
    const store = createStore({ records: { contacts: 1_000_000 } })
    read(store, 1_000)
    expect(heapBytes() - before).toBeLessThan(12 * MEGABYTE)
    const settled = heapBytes()
    expect(read(store, 200_000)).toBeGreaterThan(200_000)
    expect(heapBytes() - settled).toBeLessThan(4 * MEGABYTE)
    expect(store.count('0-1')).toBeGreaterThan(980_000)
  })
})
