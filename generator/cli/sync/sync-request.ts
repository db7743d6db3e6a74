import type { Entity } from '../../../runtime/entity.ts'
import type { TerminalSyncOptions } from '../../../runtime/terminal/sync-in-terminal.ts'
import type { FlagOptions } from './sync-flags.ts'

export interface SyncRequest {
  /** Folder of the generated files. */
  readonly directory: string
  readonly names: readonly string[]
  /** With `all`, an object type that no longer exists in HubSpot is not a failure. */
  readonly asked: 'all' | 'named'
  /** From the flags: they override the configuration. */
  readonly options: FlagOptions
  readonly format: 'json' | 'text'
  readonly detail: TerminalSyncOptions['detail']
  /** For all entities together. */
  readonly maxCalls: number | undefined
  /** For all entities together, or for all of a round. */
  readonly sliceMs: number | undefined
  /** The options that the configuration sets for an entity. */
  readonly configured: (entity: Entity) => FlagOptions
}
