import { readFileSync } from 'node:fs'
import type { SourceFile } from './source-files.ts'

/** A row of the table "The rooms" in ARCHITECTURE.md. */
export interface Room {
  /**
   * A folder with all its contents, or one file; a path belongs to the room with the longest matching name.
   */
  readonly name: string
  readonly inside: string
  /** Rooms (`name/*` with the rooms inside), folders of packages such as `node:`, and packages. */
  readonly may: readonly string[] | 'everything'
}

/** The table of rooms, as ARCHITECTURE.md has it. */
export function readRooms(): readonly Room[] {
  const document = readFileSync(new URL('../../ARCHITECTURE.md', import.meta.url), 'utf8')
  const [, section = ''] = /^## The rooms$(.*?)^## /ms.exec(document) ?? []
  return [...section.matchAll(/^\| `([^`]+)` \| (.*?) \| (.*?) \|$/gm)].map(
    ([, name = '', inside = '', may = '']) => ({
      name,
      inside,
      may:
        may === 'everything' ? 'everything' : [...may.matchAll(/`([^`]+)`/g)].map(([, one]) => one),
    }),
  ) as readonly Room[]
}

const rooms = readRooms()

/** One sentence for every import that the table does not allow. */
export function findWrongImports(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap(({ path, imports }) => {
    const room = roomOf(path)
    if (room === undefined) return [`${path} is in no room of ARCHITECTURE.md`]
    return imports
      .filter((target) => !isAllowed(room, target))
      .map(
        (target) =>
          `${path} imports ${target}, which the row \`${room.name}\` of ARCHITECTURE.md does not list. ` +
          `Inside is: ${room.inside}`,
      )
  })
}

/** Entries of the table that no import needs: `room: target`. */
export function findUnusedDirections(files: readonly SourceFile[]): readonly string[] {
  return rooms.flatMap((room) => {
    if (room.may === 'everything') return []
    const imports = files
      .filter(({ path }) => roomOf(path) === room)
      .flatMap((file) => file.imports)
    return room.may
      .filter((allowed) => !imports.some((target) => fits(target, allowed)))
      .map((allowed) => `${room.name}: ${allowed}`)
  })
}

/** Each cycle of rooms, by the table alone. */
export function findRoomCycles(): readonly string[] {
  return findCycles(
    rooms.map((room) => ({
      path: room.name,
      text: '',
      imports:
        room.may === 'everything'
          ? []
          : rooms
              .filter((other) => other !== room && isListed(room, other.name))
              .map(({ name }) => name),
    })),
  )
}

function roomOf(path: string): Room | undefined {
  return rooms
    .filter(({ name }) => path === name || path.startsWith(`${name}/`))
    .toSorted((one, other) => other.name.length - one.name.length)[0]
}

function isAllowed(room: Room, target: string): boolean {
  if (room.may === 'everything' || roomOf(target) === room) return true
  return room.may.some((allowed) => fits(target, allowed))
}

function isListed(room: Room, name: string): boolean {
  return (
    room.may !== 'everything' &&
    room.may.some(
      (one) => one === name || (one.endsWith('/*') && `${name}/*`.startsWith(one.slice(0, -1))),
    )
  )
}

function fits(target: string, allowed: string): boolean {
  if (allowed.endsWith(':')) return target.startsWith(allowed)
  if (allowed.endsWith('/*')) {
    return target.startsWith(allowed.slice(0, -1))
  }
  return target === allowed || roomOf(target)?.name === allowed
}

/** Each cycle of imports, including type-only ones, as `a → b → a`; empty if there is none. */
export function findCycles(files: readonly SourceFile[]): readonly string[] {
  const graph = new Map(files.map(({ path, imports }) => [path, imports]))
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '))
      return
    }
    if (done.has(path)) return
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path])
    done.add(path)
  }
  for (const path of graph.keys()) visit(path, [])
  return cycles
}
