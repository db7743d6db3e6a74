import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { loadEnvironment } from '../../../runtime/environment.ts'
import { print } from '../../../runtime/terminal/print.ts'
import { initProject } from '../../project/init-project.ts'
import { commonJsPackage } from '../../project/module-type.ts'
import { describeInit } from './describe-init.ts'
import type { InitChoices, Variables } from './init-choices.ts'

/** Settles the settings, by questions only on a terminal and without options, then writes the files. */
export async function runInit(directory: string, choices: InitChoices): Promise<void> {
  const variables = await chooseVariables(directory, choices)
  const done = await initProject(directory, variables)
  const isCommonJs = commonJsPackage(directory) !== undefined
  const { HUBSPOT_API_TOKEN = '' } = loadEnvironment(directory)
  const hasToken = HUBSPOT_API_TOKEN.trim() !== ''
  print(describeInit({ done, variables, isCommonJs, hasToken }))
}

/** Clients and prompts are loaded only where they are needed. */
async function chooseVariables(directory: string, choices: InitChoices): Promise<Variables> {
  if (choices.hubspot !== undefined || choices.database !== undefined) {
    const { readChosen } = await import('./read-chosen.ts')
    return readChosen(choices)
  }
  const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true
  // The answers would have no place: an existing `.env` is not changed.
  if (!isTerminal || existsSync(join(directory, '.env'))) return new Map()
  const { askVariables } = await import('./ask-variables.ts')
  return askVariables()
}
