import { cp, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { runHubgen } from '../support/run-hubgen.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const generated = resolve(import.meta.dirname, '../../generated')

test.each([
  [{ type: 'commonjs' }, 'package.json says "type": "commonjs"'],
  [{}, 'package.json has no "type"'],
  [{ type: 'module' }, null],
])('generate reports a package.json of %j with the fix', async (manifest, note) => {
  await using directory = await temporaryDirectory()
  await cp(generated, join(directory.path, 'generated'), { recursive: true })
  await writeFile(join(directory.path, 'package.json'), JSON.stringify(manifest))
  const { exitCode, output } = await runHubgen(directory.path, ['generate', 'deals'])
  expect(exitCode).toBe(0)
  const lines = output.split('\n').filter((line) => line.includes('package.json'))
  const fix = 'generated modules are ES modules: `npm pkg set type=module`'
  expect(lines).toEqual(note === null ? [] : [`note: ${note}; ${fix}`])
})
