import { existsSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Entity } from '../../runtime/entity.ts'
import { HubgenError } from '../../runtime/errors.ts'
import { tableOf } from '../../runtime/postgres/identifier.ts'
import type { EntityNames } from '../config/choose.ts'
import { resolveOwnModules } from '../config/own-modules.ts'
import { generatedOutdated, isOutdated } from './generated-outdated.ts'
import { commonJsPackage, moduleTypeFix } from './module-type.ts'

/**
 * Imports the entity of `<directory>/<entity>/entity.ts`. Generated modules resolve `hubgen/generated` to the
 * runtime of this process, even if the package is not installed next to them.
 */
export async function importEntity(directory: string, name: string): Promise<Entity> {
  const path = resolve(directory, name, 'entity.ts')
  const at = relative('', path)
  const has = (file: string) => existsSync(resolve(directory, name, file))
  if (isOutdated(has)) throw generatedOutdated([name], directory)
  if (!existsSync(path)) {
    throw new HubgenError('GENERATED_MISSING', `\`${name}\` has no generated module`, {
      at,
      fix: `\`hubgen generate ${name}\``,
    })
  }
  const packageFile = commonJsPackage(directory)
  if (packageFile !== undefined) {
    throw new HubgenError(
      'PACKAGE_NOT_ESM',
      'the package says `"type": "commonjs"`, but generated modules are ES modules',
      { at: packageFile, fix: moduleTypeFix },
    )
  }
  const module = await importModule(path, at, name)
  const entity = Object.values(module).find(isEntity)
  if (entity !== undefined) return entity
  throw new HubgenError('GENERATED_UNUSABLE', 'the module exports no entity', {
    at,
    fix: `\`hubgen generate ${name} --overwrite\` rewrites it`,
  })
}

async function importModule(
  path: string,
  at: string,
  name: string,
): Promise<Record<string, unknown>> {
  resolveOwnModules()
  try {
    return await import(pathToFileURL(path).href)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new HubgenError('GENERATED_UNUSABLE', `the module cannot be loaded: ${reason}`, {
      at,
      fix: `undo edits by hand, then \`hubgen generate ${name}\``,
      cause,
    })
  }
}

function isEntity(value: unknown): value is Entity {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    'objectType' in value &&
    'table' in value &&
    'properties' in value
  )
}

/** The names by which a configuration may refer to a generated entity. */
export function namesOf(entity: Entity): EntityNames {
  const { name, objectType } = entity
  return { entity: name, table: tableOf(entity).name, objectType: { id: objectType, name } }
}
