import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Simulator } from '../../simulator/start-simulator.ts'
import { resultOf, startNode } from '../support/node-process.ts'
import { startTestSimulator } from '../support/simulator.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const repository = resolve(import.meta.dirname, '../..')
const generated = join(repository, 'generated')

let simulator: Simulator
let directory: Awaited<ReturnType<typeof temporaryDirectory>>

beforeAll(async () => {
  simulator = await startTestSimulator({ records: { deals: 1 } })
  directory = await temporaryDirectory()
  await mkdir(join(directory.path, 'node_modules'))
  await symlink(repository, join(directory.path, 'node_modules/hubgen'))
})

afterAll(async () => {
  await simulator.close()
  await directory[Symbol.asyncDispose]()
})

/** The output of a program that imports generated code, bundled with everything or with external packages. */
async function runBundle(
  format: 'cjs' | 'esm',
  packages: 'bundle' | 'external',
  lines: readonly string[],
) {
  const source = join(directory.path, 'app.ts')
  await writeFile(source, lines.join('\n'))
  const bundle = join(directory.path, format === 'esm' ? 'app.mjs' : 'app.cjs')
  const { warnings } = await build({
    entryPoints: [source],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format,
    packages,
    conditions: ['hubgen-source'],
    absWorkingDir: directory.path,
    logLevel: 'silent',
  })
  expect(warnings).toEqual([])
  const { url, token } = simulator
  const environment = { HUBSPOT_API_URL: url, HUBSPOT_API_TOKEN: token }
  return await resultOf(startNode(directory.path, [bundle], environment))
}

describe.each(['esm', 'cjs'] as const)('a bundle in the format %s', (format) => {
  it.each(['bundle', 'external'] as const)(
    'of a program that imports every entity runs the program and no sync (packages: %s)',
    async (packages) => {
      const ended = await runBundle(format, packages, [
        `import { entities } from '${generated}/index.ts'`,
        "console.log('my own program:', entities.length)",
      ])
      expect(ended).toEqual({ exitCode: 0, output: 'my own program: 12\n', errors: '' })
      expect(simulator.requests.total).toBe(0)
    },
  )

  it('of a program that could sync does so only when it asks', async () => {
    const ended = await runBundle(format, 'external', [
      "import { syncEntity } from 'hubgen/runtime'",
      `import { deals } from '${generated}/deals/entity.ts'`,
      'console.log(typeof syncEntity, deals.table)',
    ])
    expect(ended).toEqual({ exitCode: 0, output: 'function hubspot.deal\n', errors: '' })
    expect(simulator.requests.total).toBe(0)
  })
})
