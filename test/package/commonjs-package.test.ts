import { cp, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { runHubgen } from '../support/run-hubgen.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const generated = resolve(import.meta.dirname, '../../generated')

test.each([
  ['commonjs', true],
  ['module', false],
])('generate reports a package of type %s with the fix: %s', async (type, reported) => {
  await using directory = await temporaryDirectory()
  await cp(generated, join(directory.path, 'generated'), { recursive: true })
  await writeFile(join(directory.path, 'package.json'), JSON.stringify({ type }))
  const { exitCode, output } = await runHubgen(directory.path, ['generate', 'deals'])
  expect(exitCode).toBe(0)
  const note = 'note: package.json says "type": "commonjs"'
  expect(output.includes(note)).toBe(reported)
  expect(output.includes('`npm pkg set type=module`')).toBe(reported)
})
