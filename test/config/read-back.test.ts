import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { chooseReadBackMs } from '../../generator/config/choose-read-back.ts'
import { readConfig } from '../../generator/config/read-config.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

async function read(readBack: object) {
  await using directory = await temporaryDirectory()
  const text = `export default ${JSON.stringify({ readBack })}`
  await writeFile(join(directory.path, 'hubgen.config.mjs'), text)
  return await readConfig(directory.path)
}

const deals = { entity: 'deals', table: 'deal', objectType: { id: '0-3', name: 'deals' } }
const contacts = {
  entity: 'contacts',
  table: 'contact',
  objectType: { id: '0-1', name: 'contacts' },
}

test('what stands under an entity wins over `*`, whatever the order', async () => {
  const config = await read({ deals: '1h', '*': '30m' })
  expect(chooseReadBackMs(config, deals)).toBe(3_600_000)
  expect(chooseReadBackMs(config, contacts)).toBe(1_800_000)
  expect(chooseReadBackMs(null, deals)).toBeUndefined()
})

test.each(['30s', '0m', '27h', '2d', 15, ''])('%j is refused', async (time) => {
  await expect(read({ '*': time })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('from `1m` to `26h`'),
  })
})
