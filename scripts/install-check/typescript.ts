import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readmeCompilerOptions, readmeProgram } from './readme.ts'
import type { Shell } from './shell.ts'

const versions = ['5.4', '5.9', '7']
const generated = new URL('../../generated', import.meta.url)

const strictest = {
  target: 'esnext',
  strict: true,
  declaration: true,
  verbatimModuleSyntax: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  isolatedModules: true,
  skipLibCheck: false,
  types: [],
}

const resolutions: Readonly<Record<string, object>> = {
  nodenext: { module: 'nodenext' },
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
}

const emitsDeclarations = { allowImportingTsExtensions: true, emitDeclarationOnly: true }

/** A package that depends on the generated one, and exports inferred types of it. */
const app = `
import { type CompanyTable, type Database, deals, dealOptions, entities } from '@acme/hubspot'
import { openDatabase, readDatabaseSettings, syncEntity } from 'hubgen/runtime'
import type { Selectable } from 'kysely'
export const rows = async () => {
  await using database = await openDatabase(readDatabaseSettings({}, '.'))
  const kysely = database.kysely.withTables<Database>()
  return { kysely, links: await kysely.selectFrom('hubspot.deal_company').selectAll().execute() }
}
export const link = (row: Selectable<Database['hubspot.deal_company']>) => row
export const company: Selectable<CompanyTable> | undefined = undefined
export const sync = () => syncEntity(deals, { limit: 10, signal: undefined })
export const all = { entities, dealOptions }
`

/**
 * Compiles the generated code of this repository with the packed package: in a fresh `tsc --init` project
 * with README's options, and in a composite workspace with every strict option and without types of Node.
 */
export async function checkTypeScript(
  shell: Shell,
  folder: string,
  tarball: string,
): Promise<void> {
  mkdirSync(folder)
  await shell.run(
    `npm init -y && npm pkg set type=module && npm install --omit=optional ${tarball} kysely @types/node@22`,
    folder,
  )
  for (const version of versions) {
    await shell.run(`npm install --no-save --prefix ${version} typescript@${version}`, folder)
    const tsc = join(folder, version, 'node_modules/.bin/tsc')
    await checkFreshProject(shell, join(folder, `fresh-${version}`), tsc)
    for (const [name, resolution] of Object.entries(resolutions)) {
      await checkWorkspace(shell, join(folder, `workspace-${version}-${name}`), tsc, resolution)
    }
  }
}

async function checkFreshProject(shell: Shell, folder: string, tsc: string): Promise<void> {
  mkdirSync(folder)
  cpSync(generated, join(folder, 'generated'), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'program.ts'), readmeProgram())
  await shell.run(`${tsc} --init`, folder)
  writeJson(join(folder, 'tsconfig.readme.json'), {
    extends: './tsconfig.json',
    compilerOptions: readmeCompilerOptions(),
  })
  await shell.run(`${tsc} -p tsconfig.readme.json`, folder)
}

async function checkWorkspace(
  shell: Shell,
  folder: string,
  tsc: string,
  resolution: object,
): Promise<void> {
  const hubspot = join(folder, 'hubspot')
  const user = join(folder, 'app')
  mkdirSync(join(user, 'node_modules/@acme'), { recursive: true })
  cpSync(generated, join(hubspot, 'generated'), { recursive: true })
  writeJson(join(hubspot, 'package.json'), {
    name: '@acme/hubspot',
    type: 'module',
    exports: { types: './types/index.d.ts', default: './generated/index.ts' },
  })
  writeJson(join(hubspot, 'tsconfig.json'), {
    compilerOptions: {
      ...{ ...strictest, ...resolution, ...emitsDeclarations, composite: true },
      ...{ rootDir: 'generated', outDir: 'types' },
    },
    include: ['generated/**/*.ts'],
  })
  writeJson(join(user, 'package.json'), { name: '@acme/app', type: 'module' })
  writeFileSync(join(user, 'main.ts'), app)
  writeJson(join(user, 'tsconfig.json'), {
    compilerOptions: { ...strictest, ...resolution, composite: true, outDir: 'out', rootDir: '.' },
    include: ['main.ts'],
    references: [{ path: '../hubspot' }],
  })
  await shell.run('ln -s ../../../hubspot app/node_modules/@acme/hubspot', folder)
  await shell.run(`${tsc} -b app`, folder)
  rmSync(folder, { recursive: true })
}

function writeJson(path: string, content: object): void {
  writeFileSync(path, JSON.stringify(content, null, 2))
}
