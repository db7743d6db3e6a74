import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { findPortalsFile, readPortalsFile } from '../../generator/config/read-portals-file.ts'
import { findPortal, readNearestPortals } from '../../generator/project/portals/find-portal.ts'
import { HubgenError } from '../../runtime/errors.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

let folder: string

beforeEach(async () => {
  const directory = await temporaryDirectory()
  onTestFinished(() => directory[Symbol.asyncDispose]())
  folder = directory.path
})

async function read(text: string) {
  await writeFile(join(folder, 'hubgen.portals.ts'), text)
  return await readPortalsFile(join(folder, 'hubgen.portals.ts'))
}

async function failure(reading: Promise<unknown>): Promise<HubgenError> {
  const error = await reading.catch((thrown: unknown) => thrown)
  if (error instanceof HubgenError) return error
  throw new Error(`expected a HubgenError, got ${String(error)}`)
}

const wrongCron =
  'portals.acme.at: takes minute, hour, day, month and weekday, such as `0 6 * * *`, no value twice and not a day that never comes'
const acme = { portalId: 8_100_142, tokenFrom: 'ACME_TOKEN', databaseFrom: 'ACME_DATABASE_URL' }

test('fills in folders and schedules', async () => {
  const file = await read(`export default {
      queueFrom: 'HUBGEN_QUEUE_URL',
      every: '1h',
      secrets: 'secrets',
      apps: { agency: { clientIdFrom: 'HS_CLIENT_ID', clientSecretFrom: 'HS_CLIENT_SECRET' } },
      portals: {
        acme: { portalId: 8100142, tokenFrom: 'ACME_TOKEN', databaseFrom: 'acme-database', every: '5m' },
        globex: {
          portalId: 991,
          oauth: { app: 'agency', refreshTokenFrom: 'GLOBEX_REFRESH' },
          databaseFrom: 'GLOBEX_DATABASE_URL',
          at: '0 6 * * mon-fri',
          timeZone: 'Europe/Berlin',
          folder: 'elsewhere',
          generated: 'shared/generated',
        },
        initech: { portalId: 3, tokenFrom: 'INITECH_TOKEN', databaseFrom: 'INITECH_DATABASE_URL' },
      },
    }`)
  expect(file).toMatchObject({
    queueFrom: 'HUBGEN_QUEUE_URL',
    secrets: join(folder, 'secrets'),
    sliceSeconds: 600,
  })
  expect([...file.portals.values()]).toMatchObject([
    {
      name: 'acme',
      folder: join(folder, 'portals/acme'),
      schedule: { kind: 'every', seconds: 300 },
    },
    {
      name: 'globex',
      folder: join(folder, 'elsewhere'),
      generated: join(folder, 'shared/generated'),
      token: { kind: 'oauth', app: 'agency', clientIdFrom: 'HS_CLIENT_ID' },
      schedule: { kind: 'at', cron: '0 6 * * mon-fri', timeZone: 'Europe/Berlin' },
    },
    { generated: null, schedule: { kind: 'every', seconds: 3_600 } },
  ])
})

const apps = { agency: { clientIdFrom: 'A', clientSecretFrom: 'B' } }
const secretName =
  'takes the name of an environment variable or of a file in `secrets`, such as `ACME_TOKEN`; a secret itself does not belong in this file'
const token = 'pat-eu1-0123abcd-0123-4567-89ab-0123456789ab'

test.each<[string, object, string]>([
  ['a token', { acme: { ...acme, tokenFrom: token } }, `portals.acme.tokenFrom: ${secretName}`],
  [
    'the URL of a database',
    { acme: { ...acme, databaseFrom: 'postgres://u:secret@db.example.com/acme' } },
    `portals.acme.databaseFrom: ${secretName}`,
  ],
  [
    'a long key',
    { acme: { ...acme, tokenFrom: 'CJmY0ZqZMRIHAAEAQAAAARiO8cUHIO' } },
    `portals.acme.tokenFrom: ${secretName}`,
  ],
  [
    'no token',
    { acme: { ...acme, tokenFrom: undefined } },
    'portals.acme: needs `tokenFrom` or `oauth`',
  ],
  [
    'two tokens',
    { acme: { ...acme, oauth: { app: 'agency', refreshTokenFrom: 'B' } } },
    'portals.acme: takes `tokenFrom` or `oauth`, not both',
  ],
  [
    'no id',
    { acme: { ...acme, portalId: '1' } },
    "portals.acme.portalId: takes the portal's id in HubSpot, such as `8100142`",
  ],
  [
    'a misspelling',
    { acme: { ...acme, databasFrom: 'A' } },
    'portals.acme: `databasFrom` is not a setting; did you mean `databaseFrom`?',
  ],
  [
    'two schedules',
    { acme: { ...acme, every: '5m', at: '0 6 * * *' } },
    'portals.acme: takes `every` or `at`, not both',
  ],
  [
    'half an hour',
    { acme: { ...acme, every: '30' } },
    'portals.acme.every: takes a time such as `15m`, `1h` or `1d`',
  ],
  ['a wrong cron', { acme: { ...acme, at: '0 25 * * *' } }, wrongCron],
  ['a date that no year has', { acme: { ...acme, at: '0 0 30-31/1,31 feb *' } }, wrongCron],
  ['a weekday twice', { acme: { ...acme, at: '0 6 * * mon-fri,wed' } }, wrongCron],
  ['a Sunday twice', { acme: { ...acme, at: '0 6 * * 0,7' } }, wrongCron],
  [
    'a zone alone',
    { acme: { ...acme, timeZone: 'UTC' } },
    'portals.acme.timeZone: is the time zone of `at`',
  ],
  [
    'one folder',
    { acme, globex: { ...acme, folder: 'portals/acme' } },
    'portals.globex.folder: is also the folder of `acme`',
  ],
  ['the name of all', { all: acme }, 'portals: `all` means every portal; choose another name'],
])('refuses %s', async (_, portals, problem) => {
  const error = await failure(read(`export default ${JSON.stringify({ apps, portals })}`))
  expect(error).toMatchObject({ code: 'CONFIG_INVALID', at: 'hubgen.portals.ts' })
  expect(error.message.split('\n  - ').slice(1)).toEqual([problem])
  expect(error.message).not.toMatch(/pat-eu1|secret@|CJmY/)
})

test.each(['../x', 'a b', 'Acme', '.hidden', '', 'a/b', 'a\u202e', 'ä'])(
  'refuses %j as the name of a portal',
  async (name) => {
    const error = await failure(
      read(`export default ${JSON.stringify({ portals: { [name]: acme } })}`),
    )
    expect(error.message).toContain(`${JSON.stringify(name)} is not a name of lower-case letters`)
  },
)

test('names an app that is nearly right', async () => {
  const oauth = { app: 'agncy', refreshTokenFrom: 'C' }
  const portals = { acme: { portalId: 1, oauth, databaseFrom: 'D' } }
  const error = await failure(read(`export default ${JSON.stringify({ apps, portals })}`))
  expect(error.message).toContain(
    'portals.acme.oauth.app: there is no such app in `apps`; did you mean `agency`?',
  )
})

test.each([
  ['export default definePortals({', 'CONFIG_UNREADABLE'],
  ['export const portals = {}', 'CONFIG_INVALID'],
  ['export default {}', 'CONFIG_INVALID'],
  ['export default { portals: {} }', 'CONFIG_INVALID'],
  [`throw new Error('no')`, 'CONFIG_UNREADABLE'],
])('%j gives %s', async (text, code) => {
  expect(await failure(read(text))).toMatchObject({ code, at: 'hubgen.portals.ts' })
})

test('is found in a folder above, and names the nearest portal', async () => {
  const below = join(folder, 'portals/acme')
  await mkdir(below, { recursive: true })
  expect(await failure(readNearestPortals(below))).toMatchObject({ code: 'PORTALS_FILE_MISSING' })
  await read(`export default ${JSON.stringify({ portals: { acme } })}`)
  expect(findPortalsFile(below)).toBe(join(folder, 'hubgen.portals.ts'))
  const file = await readNearestPortals(below)
  expect(findPortal(file, 'acme').portalId).toBe(8_100_142)
  expect(() => findPortal(file, 'amce')).toThrow(
    expect.objectContaining({ code: 'UNKNOWN_PORTAL', fix: 'did you mean `acme`?' }),
  )
  expect(() => findPortal(file, '../x')).toThrow(
    expect.objectContaining({ message: 'there is no portal "../x"', fix: 'use one of acme' }),
  )
})
