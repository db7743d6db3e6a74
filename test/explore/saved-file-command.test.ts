import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openProject, type Project } from '../support/project.ts'

const entities = ['deals', 'contacts', 'companies', 'tickets', 'products', 'line_items', 'notes']
const offline = { HUBSPOT_API_URL: 'http://127.0.0.1:1', HUBSPOT_API_TOKEN: '' }

let project: Project

beforeAll(async () => {
  project = await openProject({ records: { deals: 5 } })
  for (const name of [...entities, 'vehicle']) await save(name)
})

afterAll(() => project[Symbol.asyncDispose]())

/** Saves HubSpot's answer as a person would with curl. */
async function save(name: string): Promise<void> {
  const { url, token, store } = project.simulator
  const standard = store.objectTypes().find((one) => one.name === name)
  const typeId = name === 'vehicle' ? '2-39128401' : standard?.typeId
  const response = await fetch(`${url}/crm/properties/2026-09/${typeId}`, {
    headers: { Authorization: `Bearer ${token}` },
  })
  await project.write(`${name}.json`, await response.text())
}

/** Runs a command without a token and without HubSpot. */
async function runOffline(...args: readonly string[]) {
  const { environment } = project
  const online = { ...environment }
  Object.assign(environment, offline)
  const finished = await project.hubgen(...args)
  Object.assign(environment, online)
  return finished
}

describe('hubgen explore --from', () => {
  test('says what the file could not show, and how to see it', async () => {
    const { exitCode, out, err } = await runOffline('explore', 'deals', '--from', 'deals.json')
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
    expect(out).toContain(
      '\n  not seen in the file: associations, pipelines and labels of property groups; ' +
        '`hubgen explore deals` without `--from` reads them from HubSpot\n',
    )
    const custom = await runOffline('explore', 'vehicle', '--from', 'vehicle.json', '--json')
    const [explored] = custom.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(explored.notes).toEqual([
      expect.stringContaining('labels of property groups and the key of the custom object;'),
    ])
  })

  const pairs = entities.flatMap((entity) =>
    [...entities, 'vehicle'].filter((file) => file !== entity).map((file) => [entity, file]),
  )

  test.each(
    // Products and line items have no key property that custom objects lack.
    pairs.filter(
      ([entity, file]) => file !== 'vehicle' || !/^(products|line_items)$/.test(entity ?? ''),
    ),
  )('refuses for %s the file of %s', async (entity = '', file = '') => {
    const { exitCode, err } = await runOffline('explore', entity, '--from', `${file}.json`)
    expect(exitCode).toBe(1)
    expect(err).toMatch(/^error\[EXPLORE_FILE_INVALID\]: the file is of another entity: it has /)
    if (file !== 'vehicle') {
      expect(err).toContain(`fix: \`hubgen explore ${file} --from ${file}.json\``)
    }
  })

  test.each(entities)('refuses for a custom object the file of %s', async (file) => {
    const { exitCode, err } = await runOffline('explore', 'p123_car', '--from', `${file}.json`)
    expect(exitCode).toBe(1)
    expect(err).toContain('the file is of another entity')
  })

  test.each(entities)('takes the file of %s', async (entity) => {
    const { exitCode, err } = await runOffline(
      'explore',
      entity,
      '--from',
      `${entity}.json`,
      '-d',
      'x',
    )
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
  })
})

describe('hubgen diff --from', () => {
  const diff = (...args: readonly string[]) =>
    runOffline('diff', 'deals', '--from', 'deals.json', '-d', 'generated', ...args)

  test('compares with what HubSpot said before, offline', async () => {
    for (const args of [
      ['explore', 'deals'],
      ['generate', 'deals'],
    ]) {
      expect((await project.hubgen(...args)).exitCode).toBe(0)
    }
    const same = await diff()
    expect(same).toMatchObject({ exitCode: 0, err: '' })
    expect(same.out).toContain('deals: not seen in the file: associations, pipelines and')
    expect(same.out).toContain(
      '\nno drift: for deals, the saved answer, the analyses and the generated files agree\n',
    )
    project.simulator.store.relabelProperty('0-3', 'dealname', 'Opportunity')
    project.simulator.store.retypeProperty('0-3', 'closedate', 'date', 'date')
    await save('deals')
    const changed = await diff()
    expect(changed.exitCode).toBe(1)
    expect(changed.out).toMatch(
      /^ {2}label {3}hubspot {3}property dealname: label "Deal Name" → "Opportunity"$/m,
    )
    expect(changed.out).toMatch(/^ {2}schema {2}hubspot {3}property "Close Date" .* is now date/m)
    expect(changed.out).toContain('\nnext: hubgen explore deals --from deals.json\n')
    const document = JSON.parse((await diff('--json')).out)
    expect(document.compared).toEqual({ entities: ['deals'], from: 'deals.json', database: null })
    expect(document.drift).toHaveLength(2)
  })

  test.each([
    [['deals', 'contacts', '--from', 'deals.json'], '`--from` compares exactly one entity'],
    [['--all', '--from', 'deals.json'], '`--from` compares exactly one entity'],
    [['deals', '--from', 'deals.json', '--commit'], 'excludes `--from`'],
    [['deals', '--from', 'deals.json', '--database'], 'excludes `--database`'],
    [['deals', '--form', 'deals.json'], 'did you mean `--from`?'],
    [['deals', '--from', 'contacts.json'], 'the file is of another entity'],
    [['deals', '--from', 'nowhere.json'], 'EXPLORE_FILE_UNREADABLE'],
  ])('refuses %j', async (args, words) => {
    const { exitCode, err } = await runOffline('diff', ...args)
    expect(exitCode).toBe(2)
    expect(err).toContain(words)
  })
})
