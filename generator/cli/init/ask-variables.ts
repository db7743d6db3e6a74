import { CANCEL_SYMBOL, intro, log, outro, password, select, spinner } from '@clack/prompts'
import { HubgenError } from '../../../runtime/errors.ts'
import {
  type HubSpotSettings,
  readHubSpotSettings,
} from '../../../runtime/hubspot/client/settings.ts'
import { readDatabaseSettings } from '../../../runtime/postgres/connection/settings.ts'
import { checkToken } from '../../project/check-token.ts'
import type { Variables } from './init-choices.ts'
import { simulatorVariables } from './simulator-variables.ts'

/** Asks for HubSpot and for the database. Fails with CANCELLED at Ctrl-C, before anything is written. */
export async function askVariables(): Promise<Variables> {
  giveSize(process.stdout)
  intro('hubgen init')
  const hubspot = await askHubSpot()
  const database = await askDatabase()
  outro('Your answers go into .env, which only you may read')
  return new Map([...hubspot, ...database])
}

/** Some pseudo-terminals have no size, which would wrap every letter. */
function giveSize(output: NodeJS.WriteStream): void {
  if (output.columns === 0) output.columns = 80
  if (output.rows === 0) output.rows = 24
}

async function askHubSpot(): Promise<Variables> {
  const source = await answer(
    select({
      message: 'Which HubSpot do you want to copy?',
      options: [
        { value: 'portal', label: 'My portal', hint: 'needs a service key or private app token' },
        { value: 'simulator', label: 'The simulator', hint: 'to try hubgen without a token' },
      ],
    }),
  )
  if (source === 'simulator') return simulatorVariables()
  const token = await askToken()
  return new Map(token === null ? [] : [['HUBSPOT_API_TOKEN', token]])
}

/** Null if the user leaves it out. */
async function askToken(): Promise<string | null> {
  log.info('HubSpot: Settings › Development › Keys › Service keys; or a private app')
  for (;;) {
    const typed = await answer(
      password({
        message: 'Token (hidden; Enter alone leaves it out)',
        validate: refusing(readSettings),
      }),
    )
    if (typed === '') return null
    const settings = readSettings(typed)
    const decision = await decideOn(settings)
    if (decision === 'keep') return settings.token
    if (decision === 'leave out') return null
  }
}

function readSettings(token: string): HubSpotSettings {
  return readHubSpotSettings({ ...process.env, HUBSPOT_API_TOKEN: token })
}

/** Checks the token, and asks what to do if the check fails. */
async function decideOn(settings: HubSpotSettings): Promise<'keep' | 'another' | 'leave out'> {
  for (;;) {
    const waiting = spinner()
    waiting.start('Checking the token')
    const found = await checkToken(settings)
    if (found.outcome === 'accepted') {
      waiting.stop(`The token reads portal ${found.portalId}`)
      return 'keep'
    }
    const { error, outcome } = found
    waiting.error(error.message)
    if (error.fix !== undefined) log.info(error.fix)
    const decision = await answer(
      select<'again' | 'keep' | 'another' | 'leave out'>({
        message: 'What now?',
        options: [
          ...(outcome === 'unanswered'
            ? [
                { value: 'again' as const, label: 'Check it again' },
                { value: 'keep' as const, label: 'Keep it without a check' },
              ]
            : []),
          { value: 'another', label: 'Enter another token' },
          { value: 'leave out', label: 'Leave it out', hint: 'you can add it to .env later' },
        ],
      }),
    )
    if (decision !== 'again') return decision
  }
}

async function askDatabase(): Promise<Variables> {
  const kind = await answer(
    select({
      message: 'Where do the tables go?',
      options: [
        { value: 'embedded', label: 'Embedded Postgres', hint: 'in .hubgen/, nothing to set up' },
        { value: 'server', label: 'Neon or another Postgres', hint: 'needs its connection URL' },
      ],
    }),
  )
  if (kind === 'embedded') return new Map()
  const typed = await answer(
    password({
      message: 'Connection URL (hidden; Enter alone uses the embedded Postgres)',
      validate: refusing((url) =>
        readDatabaseSettings({ DATABASE_URL: urlIn(url) || 'blank' }, ''),
      ),
    }),
  )
  return new Map(typed === '' ? [] : [['DATABASE_URL', urlIn(typed)]])
}

/** Neon's console copies `psql 'postgresql://…'`. */
function urlIn(typed: string): string {
  return /postgres(?:ql)?:\/\/[^\s'"]+/.exec(typed)?.[0] ?? typed.trim()
}

/** The error of a reader as the text that a prompt shows before it asks again; an empty answer is valid. */
function refusing(
  read: (typed: string) => unknown,
): (typed: string | undefined) => string | undefined {
  return (typed) => {
    if (typed === undefined || typed === '') return undefined
    try {
      read(typed)
      return undefined
    } catch (error) {
      if (!(error instanceof HubgenError)) throw error
      return error.fix === undefined ? error.message : `${error.message}; ${error.fix}`
    }
  }
}

async function answer<Value>(asking: Promise<Value | typeof CANCEL_SYMBOL>): Promise<Value> {
  const given = await asking
  if (given !== CANCEL_SYMBOL) return given as Value
  throw new HubgenError('CANCELLED', 'init was cancelled; nothing was written')
}
