import {
  CHECKSUM_FILE,
  checksum,
  formatChecksums,
  normalizeLineEnds,
  parseChecksums,
} from './checksums.ts'

/** The changes to make in the folder of generated files; paths inside the folder. */
export interface WritePlan {
  /** New text of missing or different files, including the checksums. */
  readonly write: ReadonlyMap<string, string>
  /** Files that hubgen wrote earlier and no longer generates. */
  readonly remove: readonly string[]
  /** Number of generated files that are up to date. */
  readonly unchanged: number
  /** Those of the files to write or remove whose text hubgen did not write. */
  readonly edited: readonly string[]
  /** Files that hubgen neither wrote nor reads. */
  readonly unknown: readonly string[]
}

/** The entities whose files may change; null means all files. */
export type Entities = ReadonlySet<string> | null

const INPUT = 'analysis.json'
const MIGRATIONS = 'migrations/'

/**
 * Compares the rendered files with those on disk. `rendered` has every file of the entities and every shared
 * file; `disk` has every text file in the folder. `linked` are the symbolic links among them: a person made
 * those, so they count as edited. Migrations are history: one that is no longer rendered stays, and so does
 * its checksum.
 */
export function planWrite(
  rendered: ReadonlyMap<string, string>,
  disk: ReadonlyMap<string, string>,
  entities: Entities,
  linked: ReadonlySet<string> = new Set(),
): WritePlan {
  const recorded = parseChecksums(disk.get(CHECKSUM_FILE) ?? '')
  const write = new Map([...rendered].filter(([path, text]) => !isSame(disk.get(path), text)))
  const remove = [...recorded.keys()].filter(
    (path) => disk.has(path) && !rendered.has(path) && mayRemove(path, entities),
  )
  const touched = [...write.keys(), ...remove]
  const edited = touched.filter(
    (path) => linked.has(path) || isEdited(disk.get(path), recorded.get(path)),
  )
  const sums = formatChecksums(nextChecksums(rendered, recorded, remove, disk))
  const sumsDiffer = !isSame(disk.get(CHECKSUM_FILE), sums)
  return {
    write: sumsDiffer ? new Map([...write, [CHECKSUM_FILE, sums]]) : write,
    remove,
    unchanged: rendered.size - write.size + (sumsDiffer ? 0 : 1),
    edited,
    unknown: [...disk.keys()].filter(
      (path) => !rendered.has(path) && !recorded.has(path) && isUnknown(path, entities),
    ),
  }
}

function isSame(found: string | undefined, wanted: string): boolean {
  return found !== undefined && normalizeLineEnds(found) === wanted
}

function isEdited(found: string | undefined, recorded: string | undefined): boolean {
  return found !== undefined && checksum(found) !== recorded
}

function mayRemove(path: string, entities: Entities): boolean {
  return !path.startsWith(MIGRATIONS) && concerns(path, entities)
}

function isUnknown(path: string, entities: Entities): boolean {
  const parts = path.split('/')
  if (path === CHECKSUM_FILE || path.startsWith(MIGRATIONS)) return false
  if (parts.some((part) => part.startsWith('.'))) return false
  return concerns(path, entities) && !(parts.length === 2 && parts[1] === INPUT)
}

function concerns(path: string, entities: Entities): boolean {
  return entities === null || entities.has(path.split('/')[0] ?? '')
}

/** Of the files rendered now, and of those written earlier that stay. */
function nextChecksums(
  rendered: ReadonlyMap<string, string>,
  recorded: ReadonlyMap<string, string>,
  removed: readonly string[],
  disk: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const kept = [...recorded].filter(([path]) => disk.has(path) && !removed.includes(path))
  return new Map([
    ...kept,
    ...[...rendered].map(([path, text]): [string, string] => [path, checksum(text)]),
  ])
}
