import { html } from 'hono/html'
import type { CheckName } from '../../runtime/monitoring/checks/judge-checks.ts'
import type { CheckPoint } from '../../runtime/monitoring/checks/read-check-results.ts'
import { sayPart } from '../../runtime/sync/plain-words.ts'
import { countOf, formatAge, formatCount } from '../../runtime/words/numbers-as-text.ts'
import { foreign, type Html, percent } from '../words.ts'

interface CheckWords {
  /** The kind of check as a heading. */
  readonly name: string
  /** The finding of a failed check in a sentence. */
  fails(subject: Html, point: CheckPoint): Html
}

const words: Readonly<Record<CheckName, CheckWords>> = {
  completeness: {
    name: 'Filled values',
    fails: (subject, point) =>
      html`${of(point, 'live record')} ${have(point)} no value in ${subject}: ${share(point)} filled, at least ${bound(point)} expected.`,
  },
  duplicates: {
    name: 'Values that should differ',
    fails: (subject, point) =>
      html`${of(point, 'record')} with a value in ${subject} ${point.failing === 1 ? 'shares' : 'share'} it with another record: ${share(point)}, at most ${bound(point)} allowed.`,
  },
  integrity: {
    name: 'Values that cannot be right',
    fails: (subject, point) => html`${of(point, 'row')}: ${subject}. ${allowed(point)}`,
  },
  rules: {
    name: "HubSpot's validation rules",
    fails: (subject, point) => html`${of(point, 'value')}: ${subject}. ${allowed(point)}`,
  },
  links: {
    name: 'Links',
    fails: (subject, point) => html`${of(point, 'link')}: ${subject}. ${allowed(point)}`,
  },
  merges: {
    name: 'Merged records',
    fails: (subject, point) => html`${of(point, 'merge')}: ${subject}. ${allowed(point)}`,
  },
  answers: {
    name: 'Properties that HubSpot answers',
    fails: (subject) => html`HubSpot no longer answers ${subject}: its column keeps old values.`,
  },
  fit: {
    name: 'Values that fit their columns',
    fails: (subject, point) =>
      html`${of(point, 'value')} of ${subject} did not fit the column and ${point.failing === 1 ? 'is' : 'are'} in the quarantine: ${share(point)}, at most ${bound(point)} allowed.`,
  },
  audit: {
    name: 'Comparison with HubSpot',
    fails: (subject, point) =>
      html`${of(point, 'compared record')} differed from HubSpot in ${subject}, and no change explains it.`,
  },
  freshness: {
    name: 'Age',
    fails: (subject, { value, bound }) =>
      value === null
        ? html`Never read completely: ${subject}.`
        : html`Read ${formatAge(value)} ago: ${subject}. At most ${formatAge(bound ?? 0)} is allowed.`,
  },
}

/** The name of a kind of check; of another version of hubgen, the stored one. */
export function nameOfCheck(checkName: string): string {
  return isCheck(checkName) ? words[checkName].name : checkName
}

/** A failed check in a few words of text: `filled values (property_amount)`. */
export function nameFailure(checkName: string, subject: string): string {
  const name = nameOfCheck(checkName)
  const about = checkName === 'freshness' ? sayPart(subject) : subject
  return `${name.charAt(0).toLowerCase()}${name.slice(1)} (${about})`
}

/** One sentence about a failed check. */
export function describeFailure(checkName: string, subject: string, point: CheckPoint): Html {
  if (!isCheck(checkName)) return html`${checkName}: ${renderSubject(checkName, subject)}`
  return words[checkName].fails(renderSubject(checkName, subject), point)
}

/** A column as code; a part of the copy in words. */
export function renderSubject(checkName: string, subject: string): Html {
  return checkName === 'freshness'
    ? foreign(sayPart(subject))
    : html`<code>${foreign(subject)}</code>`
}

/** A value or a bound of a check, in its unit. */
export function renderValue(checkName: string, value: number): string {
  return checkName === 'freshness' ? formatAge(value) : percent(value)
}

function isCheck(name: string): name is CheckName {
  return Object.hasOwn(words, name)
}

/** `3 of 40 records`. */
function of({ failing, records }: CheckPoint, thing: string): string {
  return `${formatCount(failing ?? 0)} of ${countOf(records ?? 0, thing)}`
}

function have({ failing }: CheckPoint): string {
  return failing === 1 ? 'has' : 'have'
}

function share({ value }: CheckPoint): string {
  return percent(value ?? 0)
}

function bound({ bound: limit }: CheckPoint): string {
  return percent(limit ?? 0)
}

function allowed(point: CheckPoint): string {
  return point.bound === 0 ? 'There should be none.' : `At most ${bound(point)} is allowed.`
}
