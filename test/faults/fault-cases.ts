import type { Fault, FaultKind } from '../../simulator/fault.ts'

/** A fault of one answer. */
export interface AnswerCase {
  readonly strikes: 'answer'
  /** If it occurs once: the log's text about it; null if the answer is treated like any other. */
  readonly retried: RegExp | null
  /** If it persists; null if that changes nothing. */
  readonly lasting: LastingFault | null
}

interface LastingFault {
  readonly more?: Partial<Fault>
  readonly code: string
  /** The text after the code. */
  readonly message: RegExp
  readonly fix: RegExp
}

/** A change of the portal between two pages. */
export interface ChangeCase {
  readonly strikes: 'portal'
  readonly more?: Partial<Fault>
  /** The rows that the affected run may lack until the next one; its other rows equal the portal's. */
  readonly lags: 'nothing' | 'the changed record'
}

/** A search index that trails behind the portal. */
export interface LagCase {
  readonly strikes: 'index'
}

/** Behaviours that no call of hubgen meets, because it never asks in that way. */
export interface BehaviourCase {
  readonly strikes: 'nothing'
}

const outage = {
  code: 'HUBSPOT_FAILED',
  fix: /run the command again in a few minutes; https:\/\/status\.hubspot\.com/,
}

const answers = {
  html_502: {
    retried: /HubSpot answered 502: (?:GET|POST) /,
    lasting: { ...outage, message: /^HubSpot answered 502, 8 times$/ },
  },
  html_504: {
    retried: /HubSpot answered 504: (?:GET|POST) /,
    lasting: { ...outage, message: /^HubSpot answered 504, 2 times$/ },
  },
  html_524: {
    retried: /HubSpot answered 524: (?:GET|POST) /,
    lasting: { ...outage, message: /^HubSpot answered 524, 2 times$/ },
  },
  error_500: {
    retried: /HubSpot answered 500: (?:GET|POST) /,
    lasting: { ...outage, message: /^HubSpot answered 500, 4 times$/ },
  },
  truncated_json: {
    retried: /HubSpot answered 200 with a body that was cut short: (?:GET|POST) /,
    lasting: {
      ...outage,
      message: /^HubSpot answered 200 with a body that was cut short, 8 times$/,
    },
  },
  reset_mid_body: {
    retried: /HubSpot broke the connection \(\w+\): (?:GET|POST) /,
    lasting: { ...outage, message: /^HubSpot broke the connection \(\w+\), 8 times$/ },
  },
  empty_404: {
    retried: null,
    lasting: {
      code: 'HUBSPOT_NOT_FOUND',
      message: /^HubSpot does not know this address and gave no reason$/,
      fix: /check that the object type exists in this portal/,
    },
  },
  locked_423: {
    retried: /HubSpot answered 423: (?:GET|POST) /,
    lasting: { ...outage, message: /^HubSpot answered 423, 8 times$/ },
  },
  migration_477: {
    retried: /HubSpot answered 477: (?:GET|POST) \S+, retrying in 30,\d{3} ms/,
    lasting: {
      more: { retryAfterSeconds: 86_400 },
      code: 'HUBSPOT_PAUSED',
      message: /asks to wait until \S+: it is moving this portal to another data centre$/,
      fix: /run the command again after \d{4}-/,
    },
  },
  rate_limited_429: {
    retried: /HubSpot answered 429: (?:GET|POST) /,
    lasting: {
      more: { policy: 'DAILY' },
      code: 'DAILY_LIMIT_REACHED',
      message:
        /used up HubSpot's daily calls; they start again at \S+ \(midnight in Europe\/Berlin\)$/,
      fix: /run the command again after that/,
    },
  },
  expired_401: {
    retried: /HubSpot answered 401 to a token that it accepted before: (?:GET|POST) /,
    lasting: {
      code: 'TOKEN_REJECTED',
      message: /^the token in HUBSPOT_API_TOKEN has expired$/,
      fix: /create a service key in HubSpot/,
    },
  },
  forbidden_403: {
    retried: null,
    lasting: {
      code: 'HUBSPOT_FORBIDDEN',
      message: /^HubSpot forbids this call and says: The IP address is not in the allow list of/,
      fix: /allowed addresses/,
    },
  },
  error_in_200: {
    retried: /HubSpot answered 200 with an error that says: internal error: (?:GET|POST) /,
    lasting: {
      ...outage,
      message: /^HubSpot answered 200 with an error that says: internal error, 4 times$/,
    },
  },
  redirect_302: {
    retried: /HubSpot answered 302, a redirect to elsewhere: (?:GET|POST) /,
    lasting: {
      code: 'HUBSPOT_FAILED',
      message: /^HubSpot answered 302, a redirect to elsewhere, 3 times$/,
      fix: /check HUBSPOT_API_URL/,
    },
  },
  slow: { retried: null, lasting: null },
  hang: {
    retried: /HubSpot did not answer in time: (?:GET|POST) /,
    lasting: { ...outage, message: /^HubSpot did not answer in time, 3 times$/ },
  },
} satisfies Partial<Record<FaultKind, Omit<AnswerCase, 'strikes'>>>

const changes = {
  record_created: { lags: 'the changed record' },
  record_updated: { lags: 'the changed record' },
  record_deleted: { lags: 'nothing' },
  record_merged: { lags: 'the changed record' },
  property_added: { lags: 'nothing' },
  property_archived: { lags: 'nothing' },
  property_retyped: { lags: 'nothing' },
  change: {
    lags: 'the changed record',
    more: {
      change: (store) => {
        store.create('0-5', { subject: 'made by a change' })
      },
    },
  },
} satisfies Partial<Record<FaultKind, Omit<ChangeCase, 'strikes'>>>

/** The expectation for every fault that the simulator has; a new one does not compile without its case. */
export const faultCases: Readonly<
  Record<FaultKind, AnswerCase | ChangeCase | LagCase | BehaviourCase>
> = {
  ...mark('answer', answers),
  ...mark('portal', changes),
  index_lag: { strikes: 'index' },
  search_since_1970_500: { strikes: 'nothing' },
  lists_all_missing: { strikes: 'nothing' },
  list_count_refused: { strikes: 'nothing' },
  join_order_descending: { strikes: 'nothing' },
  submissions_without_id: { strikes: 'nothing' },
  statistics_omit_an_email: { strikes: 'nothing' },
  offsets_expire: { strikes: 'nothing' },
  automation_v4_gone: { strikes: 'nothing' },
}

export function casesOf<Strikes extends 'answer' | 'portal'>(
  strikes: Strikes,
): (readonly [FaultKind, Extract<AnswerCase | ChangeCase, { strikes: Strikes }>])[] {
  type Case = Extract<AnswerCase | ChangeCase, { strikes: Strikes }>
  return Object.entries(faultCases)
    .filter(([, one]) => one.strikes === strikes)
    .map(([kind, one]) => [kind as FaultKind, one as Case])
}

function mark<Kind extends string, One extends object, Strikes extends string>(
  strikes: Strikes,
  cases: Readonly<Record<Kind, One>>,
): Record<Kind, One & { readonly strikes: Strikes }> {
  const entries = Object.entries<One>(cases).map(([kind, one]) => [kind, { ...one, strikes }])
  return Object.fromEntries(entries)
}
