import { expect, test } from 'vitest'
import { startAlertReceiver } from '../support/alert-receiver.ts'
import { createDatabase } from '../support/postgres.ts'
import { openProject, type Project } from '../support/project.ts'

async function run(project: Project, line: string): Promise<string> {
  const { exitCode, out, err } = await project.hubgen(...line.split(' '))
  expect({ line, exitCode, err }).toEqual({ line, exitCode: 0, err: '' })
  return out
}

test('lists go from the exploration to rows, by the commands that entities have', async () => {
  await using database = await createDatabase()
  await using project = await openProject()
  project.environment['DATABASE_URL'] = database.url
  project.simulator.resources.patch('list', '7', { listVersion: 'seven' })
  expect(await run(project, 'explore lists currency')).toContain('Lists (segments)')
  expect(await run(project, 'generate portal')).toContain('portal/contact_list/')
  expect(await run(project, 'generate --all --check')).toContain('up to date')
  const next = (await run(project, 'migrate'))
    .split('\n')
    .findLast((line) => line.includes('next:'))
  expect(next).toContain('hubgen sync --all')
  const plan = await run(project, 'sync --all --plan')
  expect(plan).toContain('contact_list → hubspot.contact_list')
  await run(project, 'sync --all')
  const rows = await database.query(
    'SELECT id::text AS id FROM hubspot.contact_list ORDER BY contact_list.id',
  )
  expect(rows.map(({ id }) => id)).toEqual(['7', '31', '204', '1120', '1121'])
  expect(await run(project, 'sync lists')).toContain('contact_list')

  await project.write(
    'hubgen.config.ts',
    `export default { resources: ['lists', 'list_members', 'currency'] }\n`,
  )
  const { out: before } = await project.hubgen('status')
  expect(before).toContain('in hubgen.config.ts, but not generated: contact_list_member')
  expect(before).toContain('next: hubgen explore contact_list_member')

  // A resource that is explored later is a change of the same folder.
  await run(project, 'explore list_members')
  await run(project, 'generate --all')
  expect((await project.hubgen('doctor')).out).toContain('1 migration not applied yet')
  await run(project, 'migrate')
  await run(project, 'sync list_members --full')
  const members = await database.query('SELECT FROM hubspot.contact_list_member')
  expect(members.length).toBeGreaterThan(200)

  const status = await project.hubgen('status', 'lists', 'list_members', '--json')
  expect(JSON.parse(status.out)).toMatchObject({
    healthy: true,
    entities: [
      { entity: 'contact_list', state: 'ok', rows: { live: 5, deleted: 0 } },
      { entity: 'contact_list_member', state: 'ok', rows: { live: members.length } },
    ],
  })
  expect(await run(project, 'quarantine lists')).toContain('next: hubgen sync contact_list --full')
  for (const [line, instead] of [
    ['replay lists', 'hubgen sync lists --full'],
    ['check lists', 'hubgen verify lists'],
  ] as const) {
    const refused = await project.hubgen(...line.split(' '))
    expect(refused.err).toContain('is a resource: this command is about records')
    expect(refused.err).toContain(instead)
  }
  expect(JSON.parse((await project.hubgen('status', '--json')).out).problems).toEqual([])

  expect(await run(project, 'verify --all')).toContain('contact_list = hubspot.contact_list')
  await run(project, 'explore tasks')
  await run(project, 'generate --all')
  await run(project, 'migrate')
  expect(await run(project, 'diff --all')).toContain('no drift')
  expect((await project.hubgen('status')).err).toBe('')

  expect(await run(project, 'verify lists list_members')).toContain(
    'contact_list = hubspot.contact_list: 5 rows, equal by key and value',
  )
  await database.query("UPDATE hubspot.contact_list SET name = 'x' WHERE id = 7")
  const broken = await project.hubgen('verify', 'lists', '--json')
  expect([
    broken.exitCode,
    broken.err,
    ...broken.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ]).toEqual([
    1,
    '',
    expect.objectContaining({ event: 'difference', id: '7', kind: 'value', columns: ['name'] }),
    expect.objectContaining({ event: 'verified', entity: 'contact_list', total: 1, by: 'values' }),
  ])
  const mended = await project.hubgen('verify', 'lists', '--repair')
  expect(mended).toMatchObject({ exitCode: 0, err: '' })
  expect(mended.out).toContain('value 1: with another value')
  expect(mended.out).toContain('repaired: 0 inserted, 1 updated')
  for (const [line, meant] of [
    ['explore curency', 'currency'],
    ['sync list_membrs', 'list_members'],
  ] as const) {
    expect((await project.hubgen(...line.split(' '))).err).toContain(`did you mean \`${meant}\`?`)
  }
})

test('a resource that leaves the configuration is named as one that no round reads', async () => {
  await using database = await createDatabase()
  await using project = await openProject()
  project.environment['DATABASE_URL'] = database.url
  await project.write('hubgen.config.ts', "export default { resources: ['lists', 'currencies'] }")
  await run(project, 'explore portal')
  await run(project, 'generate --all')
  await run(project, 'migrate')
  const plan = await run(project, 'sync lists currencies --plan')
  expect(plan).toContain('next: hubgen sync lists currencies')
  await run(project, 'sync --all')
  expect(await run(project, 'status')).not.toContain('not part of')

  await project.write('hubgen.config.ts', "export default { resources: ['currencies'] }")
  const status = await run(project, 'status')
  expect(status).toContain('not part of --all: lists; their tables stay as they are')
  expect(status).not.toContain('contact_list ')
  expect(JSON.parse(await run(project, 'status --json'))).toMatchObject({
    unlisted: ['lists'],
    entities: [{ entity: 'currency' }],
  })
  await run(project, 'sync --all')
  expect(await run(project, 'status lists')).toContain('contact_list')

  await project.write('hubgen.config.ts', 'export default { resources: [] }')
  expect(await run(project, 'status')).toContain('not part of --all: lists, currencies')
})

test('with resources alone, the daily commands of README.md succeed', async () => {
  await using database = await createDatabase()
  await using project = await openProject()
  project.environment['DATABASE_URL'] = database.url
  await run(project, 'explore lists currencies')
  await run(project, 'generate --all')
  await run(project, 'migrate')
  expect(await run(project, 'sync --all')).toContain('currency')
  expect(await run(project, 'status')).toContain('all is well')
  expect(await run(project, 'check --all')).toContain('they have no checks')
  expect(await run(project, 'diff --all')).toContain('hubgen generate --all --check')
  await run(project, 'doctor')
  await project.write('generated/portal/currency/table.ts', '// edited')
  expect((await project.hubgen('generate', '--all', '--check')).exitCode).toBe(1)
})

test('a resource alone says which one has to be read first', async () => {
  await using database = await createDatabase()
  await using project = await openProject()
  project.environment['DATABASE_URL'] = database.url
  await run(project, 'explore list_members')
  await run(project, 'generate portal')
  await run(project, 'migrate')
  const { out, err } = await project.hubgen('sync', 'list_members')
  expect(out + err).toContain('its rows belong to contact_list, which was never read here')
  expect(out + err).toContain('hubgen sync lists list_members')
  await run(project, 'sync lists list_members')
  expect(await run(project, 'sync list_members')).toContain('no changes')
})

test('a limit of records is refused for a resource, and `--all` with a limit leaves resources out', async () => {
  await using database = await createDatabase()
  await using project = await openProject()
  project.environment['DATABASE_URL'] = database.url
  await run(project, 'explore lists tasks')
  await run(project, 'generate --all')
  await run(project, 'migrate')
  const refused = await project.hubgen('sync', 'lists', '10')
  expect(refused.exitCode).toBe(1)
  expect(refused.err).toContain('LIMIT_INVALID')
  expect(refused.err).toContain('`contact_list` is a resource: it takes no limit')
  await run(project, 'sync --all 10')
  const runs = await database.query('SELECT entity FROM hubgen.run')
  expect(runs).toEqual([{ entity: 'tasks' }])
})

test('alerts are about resources as well', async () => {
  await using database = await createDatabase()
  await using project = await openProject()
  await using receiver = await startAlertReceiver()
  Object.assign(project.environment, { DATABASE_URL: database.url, OPS_URL: receiver.url })
  const config = { alerts: { to: [{ kind: 'webhook', urlFrom: 'OPS_URL' }] } }
  await project.write('hubgen.config.ts', `export default ${JSON.stringify(config)}`)
  await run(project, 'explore lists tasks')
  await run(project, 'generate --all')
  await run(project, 'migrate')
  await run(project, 'sync --all')
  await database.query(`UPDATE hubgen.run SET outcome = 'failed', error = 'LIST_BROKEN: no more'
    WHERE entity = 'contact_list'`)
  await run(project, 'alert')
  expect(JSON.stringify(receiver.bodies)).toContain('contact_list')
})

test('a resource of another name is refused with the nearest one', async () => {
  await using project = await openProject()
  await project.write('hubgen.config.ts', "export default { resources: ['list', 'lists'] }")
  const { err, exitCode } = await project.hubgen('explore', '--all')
  expect(exitCode).not.toBe(0)
  expect(err).toContain('did you mean `lists`?')
})
