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
 * The entity that `<directory>/<entity>/entity.ts` states. Generated modules find `hubgen/generated` here
 * even where the package is not installed beside them, and it is the runtime of this very process.
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
    fix: `\`hubgen generate ${name} --overwrite\` writes it again`,
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
      fix: `\`hubgen generate ${name}\`, after undoing what was changed by hand`,
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

/** The names that a generated entity goes by in a configuration. */
export function namesOf(entity: Entity): EntityNames {
  const { name, objectType } = entity
  return { entity: name, table: tableOf(entity).name, objectType: { id: objectType, name } }
}
