import type { ChangeLog } from '../change-log.ts'
import type { Selection } from './definitions.ts'

/**
 * Keeps rendered records for whoever reads the same properties again: a benchmark that wants to measure
 * itself and not the making of records. Pages at any cursor and batch reads are put together from them.
 * What is over the given bytes is made each time; everything goes when the store changes.
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
  /** The end of it is free; records are cut from it one after the other. */
  #slab = Buffer.alloc(0)

  /** 0 keeps nothing. */
  constructor(mostBytes: number, changes: ChangeLog) {
    this.#mostBytes = mostBytes
    this.#changes = changes
  }

  /** Where records of this type are kept as these properties show them; undefined when none are. */
  shelf(typeId: string, selection: Selection): Map<string, Buffer> | undefined {
    if (this.#mostBytes === 0) return undefined
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

const slabBytes = 16_777_216
