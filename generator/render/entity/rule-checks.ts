import type { Analysis, AnalyzedProperty, ValidationRule } from '../../model/analysis.ts'
import { hasOwnColumn } from '../../model/overflow.ts'
import { sqlLiteral } from '../text/escape-sql.ts'
import { postgresRegex } from '../text/postgres-regex.ts'
import { propertyColumn } from './describe-table.ts'

/** A validation rule that SQL can count violations of. */
export interface RuleCheck {
  readonly column: string
  /** Literal of the column and the rule: `property_zip breaks REGEX`. */
  readonly subject: string
  /** An SQL condition. */
  readonly violated: string
}

/** Why no check stands for a rule, as a phrase; otherwise the check. */
export interface JudgedRule {
  readonly rule: ValidationRule
  readonly check: RuleCheck | null
  readonly unchecked: string | null
}

/**
 * The validation rules of an entity, each with its check or the reason why there is none. Where HubSpot does not
 * document what a rule refuses in detail, the check counts only what every reading of the rule refuses.
 */
export function judgeRules(analysis: Analysis): readonly JudgedRule[] {
  const properties = new Map(analysis.properties.map((one) => [one.name, one]))
  return (analysis.rules ?? []).map((rule) => {
    const judged = judge(rule, properties.get(rule.property))
    return 'check' in judged
      ? { rule, check: judged.check, unchecked: null }
      : { rule, check: null, unchecked: judged.unchecked }
  })
}

type Judged = { readonly check: RuleCheck } | { readonly unchecked: string }

function judge(rule: ValidationRule, property: AnalyzedProperty | undefined): Judged {
  if (property === undefined) return { unchecked: 'the table has no such property' }
  if (property.archived) return { unchecked: 'the property is archived' }
  if (!hasOwnColumn(property)) return { unchecked: 'the property has no column of its own' }
  const makers = Object.hasOwn(conditions, rule.kind) ? conditions[rule.kind] : undefined
  if (makers === undefined) {
    const reason = Object.hasOwn(reasons, rule.kind) ? reasons[rule.kind] : undefined
    return { unchecked: reason ?? 'hubgen does not know this kind of rule' }
  }
  const make = makers[property.column.type]
  if (make === undefined) return { unchecked: `its column is ${property.column.type}` }
  const column = propertyColumn(property)
  const violated = make(column, rule.arguments)
  if (violated === null) return { unchecked: unreadable(rule) }
  const subject = sqlLiteral(`${property.column.name} breaks ${rule.kind}`)
  return { check: { column, subject, violated } }
}

function unreadable({ kind }: ValidationRule): string {
  return kind === 'REGEX'
    ? 'Postgres would read this regular expression in another way'
    : 'SQL cannot express these arguments'
}

/** Rules about the moment at which a person enters a value, or whose meaning HubSpot does not document. */
const reasons: Readonly<Record<string, string>> = {
  AFTER_DURATION: 'it is about the day on which a value is entered',
  AFTER_DATETIME_DURATION: 'it is about the time at which a value is entered',
  BEFORE_DURATION: 'it is about the day on which a value is entered',
  BEFORE_DATETIME_DURATION: 'it is about the time at which a value is entered',
  PHONE_NUMBER_WITH_EXPLICIT_COUNTRY_CODE: 'SQL cannot validate phone numbers',
}

type Arguments = readonly string[]
/** Null if the arguments have no meaning in SQL. */
type Condition = (column: string, given: Arguments) => string | null
type Conditions = Partial<Record<AnalyzedProperty['column']['type'], Condition>>

const conditions: Readonly<Record<string, Conditions>> = {
  MAX_LENGTH: { text: length('>') },
  MIN_LENGTH: { text: length('<') },
  MAX_NUMBER: { numeric: number('>'), bigint: number('>') },
  MIN_NUMBER: { numeric: number('<'), bigint: number('<') },
  DECIMAL: { numeric: moreDecimals },
  FORMAT: { text: otherCase },
  ALPHANUMERIC: { text: otherCharacters },
  SPECIAL_CHARACTERS: { text: specialCharacters },
  WHITESPACE: { text: whitespace },
  REGEX: { text: otherThanRegex },
  EMAIL: { text: (column) => `${column} !~ '^[^@[:space:]]+@[^@[:space:]]+$'` },
  DOMAIN: { text: noHost },
  URL: { text: noHost },
  EMAIL_ALLOWED_DOMAINS: { text: (column, domains) => notAmong(afterAt(column), domains) },
  EMAIL_BLOCKED_DOMAINS: { text: (column, domains) => among(afterAt(column), domains) },
  URL_ALLOWED_DOMAINS: { text: (column, domains) => notAmong(hostOf(column), domains) },
  URL_BLOCKED_DOMAINS: { text: (column, domains) => among(hostOf(column), domains) },
  DAYS_OF_WEEK: { date: otherDay },
  START_DATE: { date: day('<') },
  END_DATE: { date: day('>') },
  START_DATETIME: { timestamptz: moment('<') },
  END_DATETIME: { timestamptz: moment('>') },
}

function length(operator: '<' | '>'): Condition {
  return (column, [characters = '']) =>
    /^\d{1,6}$/.test(characters) ? `char_length(${column}) ${operator} ${characters}` : null
}

function number(operator: '<' | '>'): Condition {
  return (column, [bound = '']) =>
    /^-?\d{1,40}(?:\.\d{1,40})?$/.test(bound) ? `${column} ${operator} (${bound})` : null
}

function moreDecimals(column: string, [places = '']: Arguments): string | null {
  return /^\d{1,2}$/.test(places) ? `round(${column}, ${places}) <> ${column}` : null
}

function otherCase(column: string, [format]: Arguments): string | null {
  if (format === 'UPPER') return `${column} <> upper(${column})`
  return format === 'LOWER' ? `${column} <> lower(${column})` : null
}

/** Spaces have a rule of their own, and letters beyond ASCII depend on the server's locale. */
function otherCharacters(column: string, [set]: Arguments): string | null {
  if (set === 'NUMERIC_ONLY') return `${column} ~ '[^0-9[:space:]]'`
  if (set === 'ALPHA_ONLY') return `${column} ~ '[!-@[-\`{-~]'`
  return set === 'ALPHANUMERIC' ? specialCharacters(column, ['NOT_ALLOWED']) : null
}

function specialCharacters(column: string, [allowed]: Arguments): string | null {
  return allowed === 'NOT_ALLOWED' ? `${column} ~ '[!-/:-@[-\`{-~]'` : null
}

function whitespace(column: string, [where = 'ALL']: Arguments): string | null {
  if (where === 'TRIM') return `${column} ~ '^[[:space:]]|[[:space:]]$'`
  return where === 'ALL' ? `${column} ~ '[[:space:]]'` : null
}

/** A value that only contains a match is a violation: the whole value has to match. */
function otherThanRegex(column: string, [pattern = '']: Arguments): string | null {
  const regex = pattern === '' ? null : postgresRegex(pattern)
  return regex === null ? null : `${column} !~ ${sqlLiteral(regex)}`
}

function noHost(column: string): string {
  return `(${column} ~ '[[:space:]]' OR strpos(${column}, '.') = 0)`
}

function afterAt(column: string): string {
  return `lower(substring(${column} from '@([^@]*)$'))`
}

function hostOf(column: string): string {
  return `lower(substring(${column} from '^(?:[A-Za-z][A-Za-z0-9+.-]*://)?([^/?#:[:space:]]+)'))`
}

/** A subdomain counts as its domain; a value without a domain is no violation of this rule. */
function among(host: string, domains: Arguments): string | null {
  const names = domains.map((domain) => domain.trim().toLowerCase().replace(/^@/, ''))
  if (names.length === 0 || !names.every((name) => /^[a-z0-9.-]{1,253}$/.test(name))) return null
  const pattern = names.map((name) => name.replaceAll('.', '\\.')).join('|')
  return `${host} ~ ${sqlLiteral(`^(?:.*\\.)?(?:${pattern})$`)}`
}

function notAmong(host: string, domains: Arguments): string | null {
  const condition = among(host, domains)
  return condition === null ? null : `NOT ${condition}`
}

const weekdays: readonly string[] = [
  'MONDAY',
  'TUESDAY',
  'WEDNESDAY',
  'THURSDAY',
  'FRIDAY',
  'SATURDAY',
  'SUNDAY',
]

function otherDay(column: string, days: Arguments): string | null {
  const numbers = days.map((name) => 1 + weekdays.indexOf(name))
  if (numbers.length === 0 || numbers.includes(0)) return null
  return `extract(isodow FROM ${column}) NOT IN (${numbers.join(', ')})`
}

function day(operator: '<' | '>'): Condition {
  return (column, [ms = '']) =>
    isInstant(ms)
      ? `${column} ${operator} (TIMESTAMP 'epoch' + INTERVAL '${ms} milliseconds')::date`
      : null
}

function moment(operator: '<' | '>'): Condition {
  return (column, [ms = '']) =>
    isInstant(ms)
      ? `${column} ${operator} TIMESTAMPTZ 'epoch' + INTERVAL '${ms} milliseconds'`
      : null
}

/** Milliseconds since 1970, of years that Postgres has. */
function isInstant(ms: string): boolean {
  return /^-?\d{1,14}$/.test(ms)
}
