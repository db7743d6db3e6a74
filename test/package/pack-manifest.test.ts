import { spawnSync } from 'node:child_process'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const repository = resolve(import.meta.dirname, '../..')

test('the packed package.json has nothing that only the repository can run, and the own one is restored', async () => {
  await using directory = await temporaryDirectory()
  const inside = (path: string) => join(directory.path, path)
  await mkdir(inside('scripts'))
  await writeFile(inside('scripts/build.ts'), '')
  const script = 'scripts/pack-manifest.ts'
  await cp(join(repository, script), inside(script))
  await cp(join(repository, 'package.json'), inside('package.json'))
  const before = await readFile(inside('package.json'), 'utf8')
  const run = (...args: readonly string[]) => {
    const { stderr, status } = spawnSync(process.execPath, [inside(script), ...args])
    expect({ status, stderr: stderr.toString() }).toEqual({ status: 0, stderr: '' })
  }
  run()
  // A run that was interrupted does not take the packed file for the own one.
  run()
  const packed = JSON.parse(await readFile(inside('package.json'), 'utf8'))
  const { devDependencies, allowScripts, ...kept } = JSON.parse(before)
  expect(devDependencies.typescript).toBeDefined()
  expect(packed).toEqual({ ...kept, scripts: { postpack: kept.scripts.postpack } })
  run('--restore')
  expect(await readFile(inside('package.json'), 'utf8')).toBe(before)
})
