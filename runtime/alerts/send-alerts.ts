import type { Environment } from '../environment.ts'
import type { HubgenError } from '../errors.ts'
import { machine } from '../machine.ts'
import type { CopyStatus } from '../monitoring/copy-status.ts'
import { sharedFiles } from '../monitoring/read-drift.ts'
import { describeVerdict, type Verdict } from '../monitoring/verdict/describe-verdict.ts'
import type { Database } from '../postgres/connection/database.ts'
import { ensureState } from '../postgres/state/state.ts'
import { databaseSecrets, openEventRedactor } from '../sync/redact.ts'
import { type AlertMessage, toBody } from './alert-message.ts'
import { type AlertSettings, type AlertTarget, isQuiet } from './alert-settings.ts'
import { type CausesNow, claimDue, endClaim, recordCauses } from './due-alerts.ts'
import { postAlert } from './post-alert.ts'

/** Everything that messages need besides the state of the copy. */
export interface AlertContext {
  readonly settings: AlertSettings
  /** The variables with the URLs. */
  readonly environment: Environment
  /** `environment` and `portalName` of the configuration. */
  readonly place: Pick<AlertMessage, 'environment' | 'portalName'>
  /** Now by default. */
  readonly now?: Date
}

/**
 * Sends every target the causes that it does not know yet, and the ones that are gone; nothing if it knows all. In quiet
 * hours they are only recorded. Creates missing state tables. Returns one notice per target that did not take its
 * message; rejects only for failures of the database.
 */
export async function sendAlerts(
  database: Database,
  status: CopyStatus,
  context: AlertContext,
): Promise<readonly HubgenError[]> {
  await ensureState(database)
  const verdict = withoutSecrets(describeVerdict(status), database)
  const now: CausesNow = {
    // A copy that nobody has begun is no news.
    causes: verdict.causes.filter(({ tone }) => tone !== 'idle'),
    watched: [...status.entities.map(({ entity }) => entity), sharedFiles],
    running: status.entities.flatMap(({ entity, running }) => (running === null ? [] : entity)),
  }
  const notices = await Promise.all(
    context.settings.to.map((target) => sendTo(target, { database, verdict, now, context })),
  )
  return notices.flatMap((notice) => notice ?? [])
}

interface Sending {
  readonly database: Database
  readonly verdict: Verdict
  readonly now: CausesNow
  readonly context: AlertContext
}

async function sendTo(
  target: AlertTarget,
  { database, verdict, now, context }: Sending,
): Promise<HubgenError | null> {
  const { settings, environment, place, now: at = machine.now() } = context
  const name = `${target.kind} ${target.urlFrom}`
  await recordCauses(database, name, now)
  if (settings.quietHours !== undefined && isQuiet(settings.quietHours, at)) return null
  const due = await claimDue(database, name, now)
  if (due.added.length === 0 && due.resolved.length === 0) return null
  const added = new Set(due.added)
  const message: AlertMessage = {
    event: now.causes.length === 0 ? 'recovered' : 'changed',
    at,
    tone: verdict.tone,
    headline: verdict.headline,
    ...place,
    causes: now.causes.flatMap(({ key, title, sentence, fix, entities }) =>
      added.has(key) ? { title, sentence, fix, entities } : [],
    ),
    resolved: due.resolved.map(({ title, entities }) => ({ title, entities })),
    link: settings.dashboard ?? null,
  }
  const failure = await postAlert(target, toBody(message, target.kind), environment)
  await endClaim(database, name, due, failure === null ? 'sent' : 'failed')
  return failure
}

/** Errors of runs have no secrets; this removes the host of a database that was moved since. */
function withoutSecrets(verdict: Verdict, { label }: Database): Verdict {
  const { hide, redactText } = openEventRedactor()
  hide(databaseSecrets(label, undefined))
  const causes = verdict.causes.map((cause) => ({
    ...cause,
    sentence: redactText(cause.sentence),
    fix: redactText(cause.fix),
  }))
  return { ...verdict, causes }
}

/** The result of a message to one target. */
export interface TargetResult {
  readonly target: AlertTarget
  /** Null if the server took the message. */
  readonly failure: HubgenError | null
}

/** Sends a message to every target at once, also in quiet hours. */
export async function sendToAll(
  message: Omit<AlertMessage, 'at' | 'environment' | 'portalName' | 'link'>,
  { settings, environment, place, now: at = machine.now() }: AlertContext,
): Promise<readonly TargetResult[]> {
  const whole: AlertMessage = { ...message, at, ...place, link: settings.dashboard ?? null }
  return Promise.all(
    settings.to.map(async (target) => ({
      target,
      failure: await postAlert(target, toBody(whole, target.kind), environment),
    })),
  )
}

/** A message that says so itself. */
export function sendTestAlert(context: AlertContext): Promise<readonly TargetResult[]> {
  const headline = 'This is a test: alerts of hubgen arrive here'
  return sendToAll({ event: 'test', tone: 'info', headline, causes: [], resolved: [] }, context)
}
