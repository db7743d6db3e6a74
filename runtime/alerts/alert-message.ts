import type { Verdict } from '../monitoring/verdict/describe-verdict.ts'
import type { AlertTarget } from './alert-settings.ts'

/** A message to people, in the words of the verdict. It contains no record value, host or secret. */
export interface AlertMessage {
  /** `recovered`: nothing needs a person any more. */
  readonly event: 'changed' | 'recovered' | 'test'
  readonly at: Date
  readonly tone: Verdict['tone']
  /** The verdict in one sentence. */
  readonly headline: string
  /** From the configuration. */
  readonly environment: string | null
  readonly portalName: string | null
  /** New causes, worst first; these texts contain text from HubSpot. */
  readonly causes: readonly AlertCause[]
  /** Causes that are gone. */
  readonly resolved: readonly ResolvedCause[]
  /** The address of the dashboard. */
  readonly link: string | null
}

interface AlertCause {
  readonly title: string
  readonly sentence: string
  readonly fix: string
  readonly entities: readonly string[]
}

export interface ResolvedCause {
  readonly title: string
  readonly entities: readonly string[]
}

/** Longer lists and sentences are on the dashboard. */
const mostCauses = 10
const mostCharacters = 500

/** The JSON to send. */
export function toBody(message: AlertMessage, kind: AlertTarget['kind']): object {
  const causes = message.causes.slice(0, mostCauses).map((cause) => ({
    ...cause,
    sentence: shorten(cause.sentence),
    fix: shorten(cause.fix),
  }))
  return bodies[kind]({ ...message, causes, resolved: message.resolved.slice(0, mostCauses) })
}

const bodies: Readonly<Record<AlertTarget['kind'], (message: AlertMessage) => object>> = {
  webhook: (message) => message,
  // Slack shows no previews of addresses in text from HubSpot.
  slack: (message) => ({ text: toSlackText(message), unfurl_links: false, unfurl_media: false }),
}

const symbols: Readonly<Record<AlertMessage['tone'], string>> = {
  bad: ':red_circle:',
  warn: ':large_yellow_circle:',
  good: ':large_green_circle:',
  info: ':large_blue_circle:',
  idle: ':white_circle:',
}

function toSlackText(message: AlertMessage): string {
  const { tone, headline, environment, portalName, causes, resolved, link } = message
  const place = [environment, portalName].flatMap((one) => (one === null ? [] : escapeSlack(one)))
  const begin = place.length === 0 ? 'hubgen' : `hubgen · ${place.join(' · ')}`
  return [
    `${symbols[tone]} *${begin}*: ${escapeSlack(headline)}`,
    ...causes.flatMap(({ title, entities, sentence, fix }) => [
      `• *${escapeSlack(title)}*${nameEntities(entities)}: ${escapeSlack(sentence)}`,
      `   fix: ${escapeSlack(fix)}`,
    ]),
    ...resolved.map(
      ({ title, entities }) => `• resolved: ${escapeSlack(title)}${nameEntities(entities)}`,
    ),
    ...(link === null ? [] : [`<${link.replaceAll('|', '%7C')}|Open the dashboard>`]),
  ].join('\n')
}

function nameEntities(entities: readonly string[]): string {
  if (entities.length === 0) return ''
  const more = entities.length > 5 ? ` and ${entities.length - 5} more` : ''
  return ` (${escapeSlack(entities.slice(0, 5).join(', '))}${more})`
}

/**
 * Slack reads `<!channel>` and `<https://…|text>` as commands and links; programs like it also read `@channel`. A zero-width
 * space after `@` shows the same text and notifies nobody.
 */
function escapeSlack(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', '@\u200B')
    .replaceAll(/\s+/g, ' ')
}

function shorten(text: string): string {
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters).toWellFormed()}…` : text
}
