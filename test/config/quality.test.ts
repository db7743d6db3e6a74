import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { chooseThresholds } from '../../generator/config/choose-thresholds.ts'
import { type Config, readConfig } from '../../generator/config/read-config.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const deals = { entity: 'deals', table: 'deal', objectType: { id: '0-3', name: 'deals' } }
const properties = ['amount', 'dealname', 'email']

async function read(quality: object): Promise<Config> {
  await using directory = await temporaryDirectory()
  const text = `export default ${JSON.stringify({ quality })}`
  await writeFile(join(directory.path, 'hubgen.config.ts'), text)
  const config = await readConfig(directory.path)
  if (config === null) throw new Error('there is a configuration')
  return config
}

test('by default integrity, links, merges and age are judged', () => {
  expect(chooseThresholds(null, deals, properties)).toEqual({
    completeness: new Map(),
    duplicates: new Map(),
    otherDuplicates: null,
    integrity: 0,
    rules: null,
    links: 0,
    merges: 0,
    freshnessSeconds: 26 * 3_600,
    quarantine: { percent: 5, values: 20 },
  })
})

test('per-entity settings override `*`, in any order and under any of its names', async () => {
  const config = await read({
    '0-3': { completeness: { amount: 95 }, integrity: 0.5, freshness: '90m' },
    '*': {
      completeness: { amount: 10, dealname: 100 },
      duplicates: { email: 0 },
      integrity: 3,
      links: 2,
      freshness: '2d',
      quarantine: { percent: 1, values: 7 },
    },
    contacts: { merges: 50 },
    deal: { duplicates: { dealname: 7 }, quarantine: { percent: 50 } },
  })
  expect(chooseThresholds(config, deals, properties)).toEqual({
    completeness: new Map([
      ['amount', 95],
      ['dealname', 100],
    ]),
    duplicates: new Map([
      ['email', 0],
      ['dealname', 7],
    ]),
    rules: null,
    otherDuplicates: null,
    integrity: 0.5,
    links: 2,
    merges: 0,
    freshnessSeconds: 5_400,
    quarantine: { percent: 50, values: 7 },
  })
})

test('one number for duplicates is for all that are not named after it', async () => {
  const all = { '*': { duplicates: { email: 0 } }, deals: { duplicates: 5 } }
  expect(chooseThresholds(await read(all), deals, properties)).toMatchObject({
    duplicates: new Map(),
    otherDuplicates: 5,
  })
  const named = { '*': { duplicates: 5 }, deals: { duplicates: { email: 0 } } }
  expect(chooseThresholds(await read(named), deals, properties)).toMatchObject({
    duplicates: new Map([['email', 0]]),
    otherDuplicates: 5,
  })
})

test('a missing property is reported with the nearest one', async () => {
  const config = await read({
    deals: { completeness: { amuont: 95 }, duplicates: { zzz: 1 } },
    '*': { completeness: { emial: 90, phone: 80 } },
  })
  expect(() => chooseThresholds(config, deals, properties, ['phone'])).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message: `the configuration is invalid:
  - quality.*.completeness: no entity has a property \`emial\`; did you mean \`email\`?
  - quality.deals.completeness: \`deals\` has no property \`amuont\`; did you mean \`amount\`?
  - quality.deals.duplicates: \`deals\` has no property \`zzz\``,
    }),
  )
})

test('all problems are reported at once, with their places', async () => {
  const quality = {
    dealz: {},
    deals: {
      completenes: {},
      thresholds: {},
      completeness: { amount: 101, dealname: '95' },
      duplicates: 'none',
      integrity: -1,
      freshness: '26 hours',
    },
    contacts: { completeness: 90, duplicates: { email: 200 }, freshness: 26 },
    tickets: { freshness: '0h', quarantine: { values: 0.5 } },
  }
  const failure = await read(quality).catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'CONFIG_INVALID', at: 'hubgen.config.ts' })
  expect((failure as Error).message.split('\n  - ').slice(1)).toEqual([
    'quality.dealz: there is no entity `dealz`; did you mean `deals`?',
    'quality.deals.completeness.amount: takes percent from 0 to 100, found `101`',
    'quality.deals.completeness.dealname: takes percent from 0 to 100, found `"95"`',
    'quality.deals.duplicates: takes percent, or percent by property: `{ email: 0 }`',
    'quality.deals.integrity: takes percent from 0 to 100, found `-1`',
    'quality.deals.freshness: takes a time such as `26h`, `90m` or `2d`, found `"26 hours"`',
    'quality.deals: `completenes` is not a setting; did you mean `completeness`?',
    'quality.deals: `thresholds` is not a setting; there are `completeness`, `duplicates`, `integrity`, `rules`, `links`, `merges`, `quarantine`, `freshness`',
    'quality.contacts.completeness: takes percent by property: `{ amount: 95 }`',
    'quality.contacts.duplicates.email: takes percent from 0 to 100, found `200`',
    'quality.contacts.freshness: takes a time such as `26h`, `90m` or `2d`, found `26`',
    'quality.tickets.quarantine.values: takes a whole number from 1, found `0.5`',
    'quality.tickets.freshness: takes a time such as `26h`, `90m` or `2d`, found `"0h"`',
  ])
})
