import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type AlertContext, sendAlerts } from '../../runtime/alerts/send-alerts.ts'
import { readStatus } from '../../runtime/monitoring/read-status.ts'
import { type Database, openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { type AlertReceiver, startAlertReceiver } from '../support/alert-receiver.ts'
import { type DashboardProject, openDashboardProject } from '../support/dashboard/open-dashboard.ts'
import { type DatabaseProxy, startDatabaseProxy } from '../support/database-proxy.ts'

let opened: DashboardProject
let proxy: DatabaseProxy
let slack: AlertReceiver
let webhook: AlertReceiver

const alerts = {
  to: [
    { kind: 'slack', urlFrom: 'SLACK_URL' },
    { kind: 'webhook', urlFrom: 'OPS_URL' },
  ],
  dashboard: 'https://hubgen.example.com/',
} as const

beforeAll(async () => {
  opened = await openDashboardProject({ entities: ['tasks'], records: { tasks: 20 } })
  proxy = await startDatabaseProxy(opened.database.url)
  slack = await startAlertReceiver()
  webhook = await startAlertReceiver()
  const config = { environment: 'production', alerts }
  await opened.project.write('hubgen.config.ts', `export default ${JSON.stringify(config)}`)
  Object.assign(opened.project.environment, {
    DATABASE_URL: proxy.url,
    SLACK_URL: slack.url,
    OPS_URL: webhook.url,
  })
})

beforeEach(() => {
  forget()
  opened.simulator.faults.clear()
})

afterAll(async () => {
  await opened?.[Symbol.asyncDispose]()
  await proxy?.[Symbol.asyncDispose]()
  await slack?.[Symbol.asyncDispose]()
  await webhook?.[Symbol.asyncDispose]()
})

function forget(): void {
  for (const { bodies } of [slack, webhook]) bodies.length = 0
}

const hubgen = (...args: readonly string[]) => opened.project.hubgen(...args)

function expireToken(): void {
  opened.simulator.faults.add({ kind: 'expired_401', route: 'account', times: 9 })
}

test('a sync sends a cause once, and that it is gone', async () => {
  expect(await hubgen('sync', 'tasks')).toMatchObject({ exitCode: 0, err: '' })
  expect(slack.bodies).toEqual([])

  expireToken()
  expect((await hubgen('sync', 'tasks')).exitCode).toBe(1)
  expect(webhook.bodies).toEqual([
    {
      event: 'changed',
      at: expect.any(String),
      tone: 'bad',
      headline: '1 of 1 entity needs attention: HubSpot rejects the token',
      environment: 'production',
      portalName: null,
      causes: [
        {
          title: 'HubSpot rejects the token',
          sentence: expect.stringContaining('TOKEN_REJECTED'),
          fix: expect.any(String),
          entities: ['tasks'],
        },
      ],
      resolved: [],
      link: 'https://hubgen.example.com/',
    },
  ])
  expect(slack.bodies).toEqual([
    { text: expect.any(String), unfurl_links: false, unfurl_media: false },
  ])
  const sent = JSON.stringify([slack.bodies, webhook.bodies])
  for (const secret of ['127.0.0.1', 'localhost', opened.simulator.token, 'secret-path']) {
    expect(sent).not.toContain(secret)
  }
  forget()
  expect((await hubgen('sync', '--all')).exitCode).toBe(1)
  expect([...slack.bodies, ...webhook.bodies]).toEqual([])

  opened.simulator.faults.clear()
  expect((await hubgen('sync', 'tasks')).exitCode).toBe(0)
  expect(webhook.bodies).toMatchObject([
    {
      event: 'recovered',
      tone: 'good',
      headline: 'All right: 1 entity up to date',
      causes: [],
      resolved: [{ title: 'HubSpot rejects the token', entities: ['tasks'] }],
    },
  ])
  expect(slack.bodies).toHaveLength(1)
  forget()
  expect((await hubgen('check', 'tasks')).err).toBe('')
  expect(slack.bodies).toEqual([])
})

test('a server that refuses alerts changes no exit code, and the next command sends again', async () => {
  webhook.answers.push((answer) => void answer.writeHead(404).end())
  expireToken()
  const refused = await hubgen('sync', 'tasks')
  expect(refused.exitCode).toBe(1)
  expect(refused.err).toContain(
    'notice[ALERT_NOT_SENT]: the server of `OPS_URL` refuses alerts (404: there is no such webhook any more)',
  )
  expect(refused.err.split('ALERT_NOT_SENT')).toHaveLength(2)
  expect([slack.bodies.length, webhook.bodies.length]).toEqual([1, 1])
  // Two processes at once send it once.
  const both = await Promise.all([hubgen('alert'), hubgen('alert')])
  expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0])
  expect([slack.bodies.length, webhook.bodies.length]).toEqual([1, 2])
  opened.simulator.faults.clear()
  expect((await hubgen('sync', 'tasks')).exitCode).toBe(0)
})

test('a database that cannot be reached is reported once, and when it is back', async () => {
  proxy.cut()
  expect((await hubgen('sync', 'tasks')).exitCode).toBe(1)
  expect((await hubgen('sync', 'tasks')).exitCode).toBe(1)
  expect(webhook.bodies).toMatchObject([
    {
      event: 'changed',
      tone: 'bad',
      headline: 'Nothing can be synced: the database cannot be reached',
    },
  ])
  expect(JSON.stringify(webhook.bodies)).not.toContain('127.0.0.1')
  forget()
  await proxy.restore()
  expect((await hubgen('sync', 'tasks')).exitCode).toBe(0)
  expect(webhook.bodies).toMatchObject([
    { event: 'recovered', resolved: [{ title: 'the database cannot be reached' }] },
  ])
  expect(slack.bodies).toHaveLength(1)
})

test('a test message goes to every target, and doctor sends none', async () => {
  const tried = await hubgen('alert', '--test')
  expect(tried).toMatchObject({
    exitCode: 0,
    out: 'sent to SLACK_URL (slack)\nsent to OPS_URL (webhook)\n',
  })
  expect(webhook.bodies).toMatchObject([{ event: 'test' }])
  forget()
  const { SLACK_URL = '' } = opened.project.environment
  opened.project.environment['SLACK_URL'] = ''
  const half = await hubgen('alert', '--test')
  expect(half.exitCode).toBe(1)
  expect(half.err).toContain('error[ALERT_NOT_SENT]: the variable `SLACK_URL`')
  expect(half.out).toContain('sent to OPS_URL')
  forget()
  const doctor = await hubgen('doctor')
  expect(doctor.out).toContain('the variable `SLACK_URL`, which `alerts` names, is not set')
  expect(doctor.out).toContain('alerts go to OPS_URL (webhook)')
  expect(webhook.bodies).toEqual([])
  opened.project.environment['SLACK_URL'] = SLACK_URL
})

test('in quiet hours alerts wait, and one message has them all afterwards', async () => {
  const database: Database = await openDatabase(
    readDatabaseSettings({ DATABASE_URL: opened.database.url }, opened.project.directory),
  )
  await using _ = { [Symbol.asyncDispose]: () => database.close() }
  const night = { from: '22:00', to: '07:00', timeZone: 'UTC' }
  const context: AlertContext = {
    settings: { to: [{ kind: 'webhook', urlFrom: 'OPS_URL' }], quietHours: night },
    environment: { OPS_URL: webhook.url },
    place: { environment: null, portalName: null },
  }
  const watched = [{ name: 'tasks', table: 'hubspot.task' }] as const
  const alertAt = async (time: string) => {
    const status = await readStatus(database, watched)
    return sendAlerts(database, status, { ...context, now: new Date(`2026-11-25T${time}:00Z`) })
  }
  const runWith = (outcome: string, error: string | null) =>
    database.kysely
      .updateTable('hubgen.run')
      .set({ outcome, error })
      .where('id', '=', (runs) =>
        runs.selectFrom('hubgen.run').select((run) => run.fn.max('id').as('id')),
      )
      .execute()
  await runWith('failed', 'DISK_FULL: the disk is full')
  expect(await alertAt('23:00')).toEqual([])
  await runWith('failed', 'TABLE_FULL: the table is full')
  expect(await alertAt('02:00')).toEqual([])
  expect(webhook.bodies).toEqual([])
  expect(await alertAt('07:00')).toEqual([])
  expect(webhook.bodies).toMatchObject([
    {
      event: 'changed',
      causes: [{ sentence: expect.stringContaining('the table is full') }],
      resolved: [{ title: 'the disk of the database is full' }],
    },
  ])
  forget()
  await runWith('succeeded', null)
  expect(await alertAt('08:00')).toEqual([])
  expect(webhook.bodies).toMatchObject([{ event: 'recovered' }])
})
