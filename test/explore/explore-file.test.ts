import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { readAnalysis } from '../../generator/explore/analysis-folder.ts'
import { exploreSavedFile } from '../../generator/explore/explore-portal.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const amount = { name: 'amount', label: 'Amount', type: 'number', groupName: 'dealinformation' }
const dealname = { name: 'dealname', label: 'Deal name', type: 'string', hubspotDefined: true }

let directory: string
let file: string

beforeEach(async () => {
  const folder = await temporaryDirectory()
  onTestFinished(() => folder[Symbol.asyncDispose]())
  directory = join(folder.path, 'generated')
  file = join(folder.path, 'saved.json')
})

async function explore(saved: unknown, entity = 'deals') {
  await writeFile(file, typeof saved === 'string' ? saved : JSON.stringify(saved))
  const { explored } = await exploreSavedFile(directory, entity, file)
  const [exploration] = explored
  if (exploration === undefined) throw new Error('nothing was explored')
  const analysis = await readAnalysis(exploration.path)
  if (analysis === null) throw new Error('no analysis was written')
  return { exploration, analysis }
}

describe('exploring a saved answer', () => {
  test.each([
    ['the whole body', { results: [amount, dealname] }],
    ['the bare list', [amount, dealname]],
    ['a file with a byte order mark', `\ufeff${JSON.stringify([amount, dealname])}`],
  ])('takes %s', async (_what, saved) => {
    const { exploration, analysis } = await explore(saved)
    expect(exploration).toMatchObject({ entity: 'deals', outcome: 'written', columns: 2 })
    expect(analysis).toMatchObject({
      portal: null,
      table: 'deal',
      keyProperty: 'dealname',
      properties: [
        { name: 'amount', fieldType: '', hubspotDefined: false, column: { type: 'numeric' } },
        { name: 'dealname', hubspotDefined: true, column: { type: 'text' } },
      ],
    })
    expect((await readdir(join(directory, 'deals'))).sort()).toEqual([
      'analysis.json',
      'summary.txt',
    ])
  })

  test('of the same file leaves everything as it is', async () => {
    await explore([amount])
    const { exploration } = await explore([amount])
    expect(exploration).toMatchObject({
      outcome: 'unchanged',
      changes: [],
    })
  })

  test('says what was added and what is gone', async () => {
    await explore([amount])
    const { exploration, analysis } = await explore([dealname])
    expect(exploration).toMatchObject({
      outcome: 'written',
      columns: 2,
      liveProperties: 1,
      changes: [
        { kind: 'identity_changed', before: 'none', after: 'dealname' },
        { kind: 'property_added', subject: 'dealname' },
        { kind: 'property_removed', subject: 'amount' },
      ],
    })
    expect(analysis.properties.map(({ archived }) => archived)).toEqual([true, false])
  })

  test('skips sensitive properties: a file does not show whether their values may be read', async () => {
    const { analysis } = await explore([
      amount,
      { ...dealname, name: 'diagnosis', dataSensitivity: 'highly_sensitive' },
    ])
    expect(analysis.skipped).toMatchObject([
      {
        name: 'diagnosis',
        reason: expect.stringContaining('crm.objects.deals.highly_sensitive.read'),
      },
    ])
  })

  test.each([
    ['Partnerships', 'partnerships'],
    ['p123_Car', 'p123_car'],
    ['2-123', 'o_2_123'],
    ['migrations', 'custom_migrations'],
  ])('takes `%s` for a custom object', async (typed, entity) => {
    const { analysis } = await explore([amount], typed)
    expect(analysis).toMatchObject({
      entity,
      table: entity,
      objectType: { id: typed, custom: true },
    })
  })
})

describe('what is no saved answer', () => {
  test.each([
    ['an empty file', ''],
    ['a file cut off', '{"results": [{"name": "am'],
    ['another answer', { status: 'error' }],
    ['names without types', { results: [{ name: 'amount' }, { name: 'dealname' }] }],
    ['a list of names', ['amount', 'dealname']],
    ['no property at all', { results: [] }],
    ['a number for a name', [{ name: 7, type: 'number' }]],
  ])('%s is refused and nothing is written', async (_what, saved) => {
    await expect(explore(saved)).rejects.toMatchObject({ code: 'EXPLORE_FILE_INVALID', at: file })
    await expect(readdir(directory)).rejects.toThrow('ENOENT')
  })

  test.each(['latin1', 'utf16le'] as const)('text in %s is refused and named', async (encoding) => {
    const saved = JSON.stringify([{ ...amount, label: 'Beträge' }])
    await writeFile(file, Buffer.from(saved, encoding))
    await expect(exploreSavedFile(directory, 'deals', file)).rejects.toMatchObject({
      code: 'EXPLORE_FILE_INVALID',
      message: expect.stringContaining('not UTF-8'),
    })
  })

  test('a file that is not there is named', async () => {
    const missing = join(directory, 'missing.json')
    await expect(exploreSavedFile(directory, 'deals', missing)).rejects.toMatchObject({
      code: 'EXPLORE_FILE_UNREADABLE',
      at: missing,
    })
  })

  test.each([
    ['dealz', '`deals`'],
    ['tiket', '`ticket`'],
    ['../deals', 'letters, digits'],
    ['', 'letters, digits'],
  ])('`%s` is no entity', async (typed, hint) => {
    await expect(explore([amount], typed)).rejects.toMatchObject({
      code: 'UNKNOWN_ENTITY',
      fix: expect.stringContaining(hint),
    })
  })
})

describe('an earlier analysis that cannot be read', () => {
  test('stops with everything that is wrong with it, and stays as it is', async () => {
    const { exploration } = await explore([amount])
    const whole = await readFile(exploration.path, 'utf8')
    const cut = whole.slice(0, whole.length / 2)
    await writeFile(exploration.path, cut)
    await expect(explore([dealname])).rejects.toMatchObject({
      code: 'ANALYSIS_INVALID',
      at: exploration.path,
      message: expect.stringContaining('not JSON, or incomplete'),
      fix: expect.stringContaining('version control'),
    })
    expect(await readFile(exploration.path, 'utf8')).toBe(cut)
  })

  test('lists twenty problems and counts the rest', async () => {
    const many = Array.from({ length: 30 }, (_, index) => ({ ...amount, name: `p${index}` }))
    const { exploration } = await explore(many)
    const text = await readFile(exploration.path, 'utf8')
    await writeFile(exploration.path, text.replaceAll('"numeric"', '"int4"'))
    await expect(explore(many)).rejects.toMatchObject({
      message: expect.stringMatching(/properties\[19\].*\n {2}- and 10 more$/),
    })
  })

  test('a folder in its place is reported as a folder', async () => {
    await mkdir(join(directory, 'deals', 'analysis.json'), { recursive: true })
    await expect(explore([amount])).rejects.toMatchObject({ code: 'FILE_UNREADABLE' })
  })

  test('a file in the place of the folder leaves nothing behind', async () => {
    await mkdir(directory)
    await writeFile(join(directory, 'summary.txt'), 'mine')
    await mkdir(join(directory, 'deals', 'summary.txt'), { recursive: true })
    await expect(explore([amount])).rejects.toMatchObject({ code: 'FILE_UNREADABLE' })
    expect(await readdir(join(directory, 'deals'))).toEqual(['summary.txt'])
  })
})
