import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { configSchema, describeProblems } from '../../generator/config/config-schema.ts'
import { readConfig } from '../../generator/config/read-config.ts'
import { blocksOf, readDocument } from '../docs/read-documents.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

test('the sample of docs/alerts.md is valid', async () => {
  await using directory = await temporaryDirectory()
  const [sample] = blocksOf(readDocument('docs/alerts.md'))
  await writeFile(
    join(directory.path, 'hubgen.config.ts'),
    (sample?.text ?? '').replace(/^import .*/, '').replace('defineConfig(', '('),
  )
  const config = await readConfig(directory.path)
  expect(config?.alerts?.to.map(({ urlFrom }) => urlFrom)).toEqual(['SLACK_URL', 'OPS_URL'])
})

function problemsOf(alerts: unknown): readonly string[] {
  const parsed = configSchema.safeParse({ alerts }, { reportInput: true })
  return parsed.success ? [] : describeProblems(parsed.error)
}

const slack = { kind: 'slack', urlFrom: 'SLACK_URL' }
const night = { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' }
const secret = 'https://hooks.slack.com/services/T0/B0/a-secret'
const nameVariable =
  'takes the name of an environment variable, such as `SLACK_URL`; write the URL itself into `.env`, because it is a secret'

test.each([
  [{ to: [slack] }],
  [{ to: [slack, { kind: 'webhook', urlFrom: '_ops2' }], quietHours: night }],
  [{ to: [slack], dashboard: 'https://hubgen.example.com/hubgen' }],
])('%j is valid', (alerts) => {
  expect(problemsOf(alerts)).toEqual([])
})

test.each([
  [{ to: [{ kind: 'slack', urlFrom: secret }] }, `alerts.to.0.urlFrom: ${nameVariable}`],
  [
    { to: [{ kind: 'slack', url: secret, urlFrom: 'A' }] },
    'alerts.to.0: `url` is not a setting; there are `kind`, `urlFrom`',
  ],
  [
    { to: [{ kind: 'slak', urlFrom: 'A' }] },
    'alerts.to.0.kind: `slak` is not a value of this setting; did you mean `slack`?',
  ],
  [{ to: [secret] }, "alerts.to.0: takes `{ kind: 'slack', urlFrom: 'SLACK_URL' }`"],
  [{ to: [] }, "alerts.to: takes `{ to: [{ kind: 'slack', urlFrom: 'SLACK_URL' }] }`"],
  [secret, "alerts: takes `{ to: [{ kind: 'slack', urlFrom: 'SLACK_URL' }] }`"],
  [
    { to: [slack], quiet: night },
    'alerts: `quiet` is not a setting; there are `to`, `quietHours`, `dashboard`',
  ],
  [
    { to: [slack], quietHours: { ...night, from: '22' } },
    'alerts.quietHours.from: takes a time from `00:00` to `23:59`',
  ],
  [
    { to: [slack], quietHours: { ...night, to: '22:00' } },
    'alerts.quietHours: begins and ends at the same time; remove it to send alerts at every hour',
  ],
  [
    { to: [slack], quietHours: { ...night, timeZone: 'Berlin' } },
    'alerts.quietHours.timeZone: takes the name of a time zone, such as `Europe/Berlin` or `UTC`',
  ],
  [
    { to: [slack], quietHours: { ...night, timezone: 'UTC' } },
    'alerts.quietHours: `timezone` is not a setting; did you mean `timeZone`?',
  ],
  [
    { to: [slack], dashboard: 'hubgen.example.com' },
    'alerts.dashboard: takes the address of the dashboard, such as `https://hubgen.example.com`',
  ],
])('%j is not', (alerts, problem) => {
  const problems = problemsOf(alerts)
  expect(problems).toEqual([problem])
  expect(problems.join()).not.toContain('a-secret')
})
