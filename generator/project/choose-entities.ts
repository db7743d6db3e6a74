import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { HubgenError } from '../../runtime/errors.ts'
import type { Resource } from '../../runtime/resources/resource.ts'
import { findResource, resources } from '../../runtime/resources/resources.ts'
import { noRecordLimit, parseRecordLimit } from '../../runtime/sync/record-limit.ts'
import { nearestName } from '../model/nearest-name.ts'
import { findStandardObjectType, STANDARD_OBJECT_TYPES } from '../model/object-types.ts'
import { PORTAL_FOLDER } from '../model/portal-folder.ts'
import { findEntity, findTypedResource, resourceNames } from './find-entity.ts'

export interface Chosen {
  /** In the order in which they were named; with `--all` by name. */
  readonly entities: readonly string[]
  readonly limit?: number
}

/**
 * Resolves the words of `hubgen sync deals contacts 10` or `hubgen sync --all 10` against the generated
 * entities. `selection` may list the entities that the configuration means by `--all`.
 */
export function chooseEntities(
  directory: string,
  words: readonly string[],
  selection: 'all' | 'named' | readonly string[],
  /** The resources that `--all` means. */
  ofPortal: readonly string[] = [],
): Chosen {
  const last = words.at(-1)
  const hasLimit = last !== undefined && looksLikeNumber(last)
  const limit = hasLimit ? { limit: parseRecordLimit(last) } : {}
  const names = hasLimit ? words.slice(0, -1) : words
  // A test reads some records, and a resource has none: `--all` leaves them out.
  const also = hasLimit ? [] : ofPortal
  const entities = chooseWithResources(directory, names, selection, 'sync', also)
  const resource = hasLimit ? entities.find(isResourceFolder) : undefined
  if (resource !== undefined) throw noRecordLimit(nameOfFolder(resource))
  return { entities, ...limit }
}

/**
 * Like `chooseGenerated`, for commands that also know resources, which follow as their folders (`portal/contact_list`).
 * `--all` means those of `ofPortal`.
 */
export function chooseWithResources(
  directory: string,
  names: readonly string[],
  selection: 'all' | 'named' | readonly string[],
  command: string,
  ofPortal: readonly string[] = [],
): readonly string[] {
  const folders = resourceFolders(directory)
  if (selection === 'named') {
    const [typed, others] = partition(names, folders)
    if (others.length === 0 && typed.length > 0) return typed
    return [...chooseGenerated(directory, others, selection, command), ...typed]
  }
  const also = presentResources(directory, ofPortal)
  const hasEntities = foldersWith('table.ts', directory).length > 0
  if (!hasEntities && also.length > 0 && names.length === 0) return also
  return [...chooseGenerated(directory, names, selection, command), ...also]
}

/** The folders of those of these resources that were generated. */
export function presentResources(directory: string, names: readonly string[]): readonly string[] {
  const wanted = names.map((name) => `${PORTAL_FOLDER}/${name}`)
  return resourceFolders(directory).filter((folder) => wanted.includes(folder))
}

/** The typed words that name generated resources, as their folders, and the other words. */
function partition(
  names: readonly string[],
  folders: readonly string[],
): readonly [typed: readonly string[], others: readonly string[]] {
  const folderOf = (name: string) => {
    const found = findTypedResource(name)?.name
    return folders.find((folder) => folder === `${PORTAL_FOLDER}/${found}`)
  }
  const wanted = names.flatMap((name) => folderOf(name) ?? [])
  return [
    folders.filter((folder) => wanted.includes(folder)),
    names.filter((name) => folderOf(name) === undefined),
  ]
}

/** The folders of the generated resources, `portal/contact_list`, parents first. */
function resourceFolders(directory: string): readonly string[] {
  return resources
    .map(({ name }) => `${PORTAL_FOLDER}/${name}`)
    .filter((folder) => existsSync(join(directory, folder, 'table.ts')))
}

/** The same without a limit; usage errors refer to the help of `command`. */
export function chooseGenerated(
  directory: string,
  names: readonly string[],
  selection: 'all' | 'named' | readonly string[],
  command: string,
): readonly string[] {
  const usage = (message: string) =>
    new HubgenError('USAGE', message, { fix: `\`hubgen ${command} --help\`` })
  const generated = foldersWith('table.ts', directory)
  if (selection !== 'named') {
    if (names.length > 0) throw usage(`\`--all\` takes no entities, but \`${names[0]}\` was named`)
    if (generated.length === 0) throw nothingGenerated(directory)
    if (selection === 'all') return generated
  } else if (names.length === 0) {
    throw usage('which entity? Name one, or use `--all`')
  }
  const wanted = selection === 'named' ? names : selection
  return [...new Set(wanted.map((name) => resolveEntity(directory, generated, name, command)))]
}

export interface Looked {
  readonly entities: readonly string[]
  /** In the configuration, but not generated. */
  readonly missing: readonly string[]
  /** Generated, but not part of `--all`: their tables stay as they are. By the names that people type. */
  readonly unlisted: readonly string[]
}

/**
 * The generated ones of these entities of the configuration, for commands that look at what is there. Fails
 * with GENERATED_MISSING if none is generated.
 */
export function choosePresent(
  directory: string,
  configured: readonly string[] | undefined,
  command: string,
  /** Folders of generated resources, which follow the entities. */
  also: readonly string[] = [],
): Looked {
  const generated = foldersWith('table.ts', directory)
  const others = unlistedResources(directory, also)
  if (generated.length === 0 && also.length + others.length > 0) {
    return { entities: also, missing: [], unlisted: others }
  }
  if (configured === undefined) {
    const all = chooseGenerated(directory, [], 'all', command)
    return { entities: [...all, ...also], missing: [], unlisted: others }
  }
  if (generated.length === 0) throw nothingGenerated(directory)
  const entities = new Set<string>()
  const missing: HubgenError[] = []
  const names = configured.filter((name) => {
    try {
      entities.add(resolveEntity(directory, generated, name, command))
      return false
    } catch (error) {
      if (!(error instanceof HubgenError) || error.code !== 'GENERATED_MISSING') throw error
      missing.push(error)
      return true
    }
  })
  const [first] = missing
  if (entities.size === 0 && first !== undefined) throw first
  const unlisted = [...generated.filter((name) => !entities.has(name)), ...others]
  return { entities: [...entities, ...also], missing: names, unlisted }
}

/** Whether resources were generated, and no entity. */
export function hasOnlyResources(directory: string): boolean {
  return foldersWith('table.ts', directory).length === 0 && resourceFolders(directory).length > 0
}

/** The resources that were generated and are none of these folders, by the names that people type. */
export function unlistedResources(directory: string, listed: readonly string[]): readonly string[] {
  return resourceFolders(directory)
    .filter((folder) => !listed.includes(folder))
    .map(typedName)
}

/** A type id such as `0-3` is a name; other words that begin with a digit are meant as the limit. */
function looksLikeNumber(word: string): boolean {
  return /^[-+]?\.?\d/.test(word) && !/^\d-\d+$/.test(word)
}

/** Folders that contain this file, sorted. */
function foldersWith(file: string, directory: string): string[] {
  if (!existsSync(directory)) return []
  return readdirSync(directory)
    .filter((name) => existsSync(join(directory, name, file)))
    .sort()
}

function resolveEntity(
  directory: string,
  generated: readonly string[],
  name: string,
  command: string,
): string {
  const entity = findEntity(name, generated)
  if (entity !== undefined) return entity
  const resource = findTypedResource(name)
  if (resource !== undefined) throw onlySynced(directory, name, resource, command)
  const explored = findEntity(name, foldersWith('analysis.json', directory))
  if (explored !== undefined) throw generatedMissing(explored, `\`hubgen generate ${explored}\``)
  const standard = findStandardObjectType(name)?.entity
  if (standard === undefined) throw unknownEntity(generated, name)
  throw generatedMissing(
    standard,
    `\`hubgen explore ${standard}\`, then \`hubgen generate ${standard}\``,
  )
}

function generatedMissing(entity: string, fix: string): HubgenError {
  return new HubgenError('GENERATED_MISSING', `\`${entity}\` is not generated yet`, { fix })
}

/** Most commands are about records of object types. */
function onlySynced(
  directory: string,
  typed: string,
  { name }: Resource,
  command: string,
): HubgenError {
  const isGenerated = resourceFolders(directory).includes(`${PORTAL_FOLDER}/${name}`)
  if (!isGenerated) {
    const fix = `\`hubgen explore ${typed}\`, then \`hubgen generate portal\``
    return generatedMissing(name, fix)
  }
  return new HubgenError('USAGE', `\`${name}\` is a resource: this command is about records`, {
    fix:
      insteadOf[command]?.(typed) ??
      `\`hubgen sync ${typed}\` reads it; portal/${name}/README.md describes its tables`,
  })
}

/** By command: the commands that do the same for a resource. */
const insteadOf: Readonly<Record<string, (typed: string) => string>> = {
  replay: (typed) =>
    `\`hubgen sync ${typed} --full\` reads it again, with the values that were set aside`,
  check: (typed) =>
    `\`hubgen verify ${typed}\` compares it with HubSpot, \`hubgen status ${typed}\` shows its age`,
  report: (typed) => `\`hubgen status ${typed}\` shows its state`,
}

function unknownEntity(generated: readonly string[], name: string): HubgenError {
  const standard = STANDARD_OBJECT_TYPES.map(({ entity }) => entity)
  const nearest = nearestName(name, [...generated, ...standard, ...resourceNames])
  const known = generated.length === 0 ? 'none' : generated.map((one) => `\`${one}\``).join(', ')
  return new HubgenError('UNKNOWN_ENTITY', `there is no entity \`${name}\``, {
    fix:
      nearest === null
        ? `name a generated entity: ${known}; a limit is a whole number from 1`
        : `did you mean \`${nearest}\`?`,
  })
}

function nothingGenerated(directory: string): HubgenError {
  return new HubgenError('GENERATED_MISSING', 'no entity is generated yet', {
    at: directory,
    fix: '`hubgen explore --all`, then `hubgen generate --all`',
  })
}

function isResourceFolder(folder: string): boolean {
  return folder.startsWith(`${PORTAL_FOLDER}/`)
}

/** The name that people type for a chosen folder: `lists` for `portal/contact_list`. */
export function typedName(folder: string): string {
  const name = nameOfFolder(folder)
  return (isResourceFolder(folder) ? findResource(name)?.alias : undefined) ?? name
}

/** The name of the entity or resource of a chosen folder: `contact_list` of `portal/contact_list`. */
export function nameOfFolder(folder: string): string {
  return folder.replace(`${PORTAL_FOLDER}/`, '')
}
