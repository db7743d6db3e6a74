import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { compile } from '../support/compile.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The diagnostics of `tsc` for files of the repository, with the repository's settings. */
async function typeCheck(...include: readonly string[]): Promise<string> {
  await using directory = await temporaryDirectory()
  const config = join(directory.path, 'tsconfig.json')
  const compilerOptions = { types: ['node'], typeRoots: [`${root}/node_modules/@types`] }
  writeFileSync(
    config,
    JSON.stringify({
      extends: `${root}/tsconfig.json`,
      compilerOptions,
      include: include.map((path) => (path.startsWith('/') ? path : `${root}/${path}`)),
    }),
  )
  return compile(config).output
}

test('every golden module compiles', async () => {
  expect(await typeCheck('test/golden')).toBe('')
})

test('a property map with a wrong codec, a missing or an extra column does not compile', async () => {
  const path = join(root, 'test/golden/plain/expected/deals/table.ts')
  await using directory = await temporaryDirectory()
  writeFileSync(join(directory.path, 'package.json'), '{ "type": "module" }')
  const map = (name: string, entries: string) =>
    writeFileSync(
      join(directory.path, `${name}.ts`),
      `import { bigint, numeric, text, type PropertyMap } from '${root}runtime/generated.ts'
import type { DealTable } from '${path}'
type Part = Pick<DealTable, 'property_amount' | 'property_dealname' | 'property_hs_object_id'>
export const map = { ${entries} } satisfies PropertyMap<Part>
export const used = [bigint, numeric, text]
`,
    )
  map(
    'right',
    "property_amount: numeric('a'), property_dealname: text('b'), property_hs_object_id: bigint('c')",
  )
  map(
    'codec',
    "property_amount: text('a'), property_dealname: text('b'), property_hs_object_id: bigint('c')",
  )
  map(
    'other',
    "property_amount: numeric('a'), property_dealname: numeric('b'), property_hs_object_id: bigint('c')",
  )
  map('missing', "property_amount: numeric('a'), property_dealname: text('b')")
  map(
    'extra',
    "property_amount: numeric('a'), property_dealname: text('b'), property_hs_object_id: bigint('c'), more: text('d')",
  )
  const failed = [...(await typeCheck(directory.path)).matchAll(/(\w+)\.ts\(4,/g)].map(
    ([, name]) => name,
  )
  expect(failed.toSorted()).toEqual(['codec', 'extra', 'missing', 'other'])
})
