import { cwd } from 'node:process'
import { type AlertContext, sendTestAlert } from '../../../runtime/alerts/send-alerts.ts'
import { loadEnvironment } from '../../../runtime/environment.ts'
import { formatError, HubgenError } from '../../../runtime/errors.ts'
import { print, printError } from '../../../runtime/terminal/print.ts'
import { readConfig } from '../../config/read-config.ts'
import { alertContext } from '../../project/alert-context.ts'
import { chooseWithResources, nameOfFolder } from '../../project/choose-entities.ts'
import { resourcesOfAll } from '../../project/find-entity.ts'
import { openExistingDatabase } from '../open-database.ts'
import { alertNow } from './alert-after-run.ts'

const failedExitCode = 1

/** Sends what is due, or a test; prints the result and returns the exit code. */
export async function runAlert(directory: string, message: 'due' | 'test'): Promise<number> {
  const context = alertContext(await readConfig(cwd()), loadEnvironment(cwd()))
  if (context === null) throw alertsNotSet()
  return message === 'test' ? sendTest(context) : sendDue(directory, context)
}

async function sendTest(context: AlertContext): Promise<number> {
  const results = await sendTestAlert(context)
  for (const { target, failure } of results) {
    if (failure === null) print(`sent to ${target.urlFrom} (${target.kind})`)
    else printError(formatError(failure))
  }
  return results.some(({ failure }) => failure !== null) ? failedExitCode : 0
}

async function sendDue(directory: string, context: AlertContext): Promise<number> {
  const config = await readConfig(cwd())
  const resources = resourcesOfAll(config?.resources)
  const names = chooseWithResources(directory, [], 'all', 'alert', resources)
  await using database = await openExistingDatabase(names.map(nameOfFolder))
  const failures = await alertNow(directory, database, context)
  for (const failure of failures) printError(formatError(failure))
  if (failures.length > 0) return failedExitCode
  print('alerts: everything that is due was sent')
  return 0
}

function alertsNotSet(): HubgenError {
  return new HubgenError('ALERTS_NOT_SET', 'the configuration names nobody to alert', {
    at: 'hubgen.config.ts',
    fix: "add `alerts: { to: [{ kind: 'slack', urlFrom: 'SLACK_URL' }] }`, and SLACK_URL to .env",
  })
}
