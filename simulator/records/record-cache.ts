import type { ChangeLog } from '../change-log.ts'
import type { Selection } from './definitions.ts'

/**
 * Caches rendered records for repeated reads of the same properties, so that benchmarks do not measure the
 * rendering. Pages at any cursor and batch reads are assembled from it. Records beyond the given size are
 * rendered each time; any change of the store clears the cache.
 */
export class RecordCache {
  readonly #mostBytes: number
  readonly #changes: ChangeLog
  /** By object type and properties, then by record id. */
  readonly #shelves = new Map<string, Map<string, Buffer>>()
  #shelf = new Map<string, Buffer>()
  #selection: Selection | undefined
  #version = ''
  #bytes = 0
  /** Records are stored one after the other; the rest is free. */
  #slab = Buffer.alloc(0)

  /** 0 disables the cache. */
  constructor(mostBytes: number, changes: ChangeLog) {
    this.#mostBytes = mostBytes
    this.#changes = changes
  }

  /**
   * The cached records of this type with these properties; undefined if the cache is disabled, and while search
   * lags, because one record then has two states.
   */
  shelf(typeId: string, selection: Selection): Map<string, Buffer> | undefined {
    if (this.#mostBytes === 0 || this.#changes.lag !== undefined) return undefined
    const { recordsVersion, definitionsVersion } = this.#changes
    const version = `${recordsVersion} ${definitionsVersion}`
    if (version !== this.#version) this.#clear()
    this.#version = version
    if (selection !== this.#selection) this.#open(`${typeId} ${selection.allUnset}`)
    this.#selection = selection
    return this.#shelf
  }

  keep(shelf: Map<string, Buffer>, id: string, bytes: Buffer): void {
    if (this.#bytes + bytes.length > this.#mostBytes) return
    if (bytes.length > this.#slab.length) {
      this.#slab = Buffer.allocUnsafeSlow(Math.max(slabBytes, bytes.length))
    }
    bytes.copy(this.#slab)
    shelf.set(id, this.#slab.subarray(0, bytes.length))
    this.#slab = this.#slab.subarray(bytes.length)
    this.#bytes += bytes.length
  }

  #open(key: string): void {
    this.#shelf = this.#shelves.get(key) ?? new Map()
    this.#shelves.set(key, this.#shelf)
  }

  #clear(): void {
    this.#shelves.clear()
    this.#selection = undefined
    this.#bytes = 0
  }
}

const slabBytes = 1_048_576
