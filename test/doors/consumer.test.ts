import { cp, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compile } from '../support/compile.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { installBuiltPackage } from './built-package.ts'
import { findGaps } from './public-types.ts'

const repository = resolve(import.meta.dirname, '../..')

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let dist: string

beforeAll(async () => {
  directory = await temporaryDirectory()
  dist = await installBuiltPackage(directory.path)
  await cp(join(repository, 'generated'), join(directory.path, 'generated'), { recursive: true })
  await writeFile(join(directory.path, 'package.json'), '{ "type": "module" }')
  await writeFile(join(directory.path, 'program.ts'), program)
})

afterAll(() => directory[Symbol.asyncDispose]())

/** Exports whose types `tsc` has to write out, and every option as `undefined`. */
const program = `
import { defineConfig } from 'hubgen/config'
import {
  connectHubSpot, loadEnvironment, migrate, openDatabase, planSync, readDatabaseSettings,
  readHubSpotSettings, readStatus, replayEntity, runChecks, type SyncOptions, syncEntity, verifyEntity,
} from 'hubgen/runtime'
import type { Database } from './generated/database.ts'
import { dealProperties, deals, entities } from './generated/index.ts'

export const options: SyncOptions = { limit: undefined, since: undefined, signal: undefined, onEvent: undefined }
export const config = defineConfig({ schema: undefined, deletes: { brake: undefined } })
export const environment = loadEnvironment('.')
export const hubspot = connectHubSpot(readHubSpotSettings(environment), { clock: undefined })
export const open = () => openDatabase(readDatabaseSettings(environment, '.'))
export const sync = () => syncEntity(deals, options)
export const work = async () => {
  const database = await open()
  return {
    migrated: await migrate(database, 'generated'),
    plan: await planSync(deals, hubspot, database),
    verified: await verifyEntity(deals, hubspot, database),
    replayed: await replayEntity(deals, database),
    status: await readStatus(database, entities),
    checks: await runChecks(database, { entity: deals, qualitySql: { path: '', text: '' } }),
    deals: await database.kysely.withTables<Database>().selectFrom('hubspot.deal').select('id').execute(),
  }
}
export const onEvent: SyncOptions['onEvent'] = (event) => {
  if (event.type === 'pass_finished') throw new Error(event.report.error?.code)
}
export const properties = dealProperties
export const all = entities
`

describe('a program that imports the built package', () => {
  it.each([
    ['nodenext', { module: 'nodenext', moduleResolution: 'nodenext' }],
    ['bundler', { module: 'esnext', moduleResolution: 'bundler' }],
  ])('compiles with declarations and every strict option: %s', async (name, resolution) => {
    const project = join(directory.path, `tsconfig.${name}.json`)
    const compilerOptions = {
      ...resolution,
      target: 'es2024',
      // Neither types of Node nor of `pg` are installed: a program that needs some installs them itself.
      types: [],
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      noPropertyAccessFromIndexSignature: true,
      verbatimModuleSyntax: true,
      isolatedModules: true,
      skipLibCheck: false,
      composite: true,
      declaration: true,
      rewriteRelativeImportExtensions: true,
      rootDir: '.',
      outDir: `out-${name}`,
    }
    const include = ['program.ts', 'generated/**/*.ts']
    await writeFile(project, JSON.stringify({ compilerOptions, include }))
    expect(compile(project)).toEqual({ status: 0, output: '' })
  })

  it.each(['runtime/index.d.ts', 'runtime/generated.d.ts', 'generator/config/define-config.d.ts'])(
    'can name every type that %s mentions, and may pass undefined for every option',
    (door) => {
      expect(
        findGaps(dist, door),
        `export the types from ${door.replace('.d.ts', '.ts')}, or write \`?: T | undefined\``,
      ).toEqual({ unnamed: [], refusingUndefined: [] })
    },
  )
})
