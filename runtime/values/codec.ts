/** Column types that a codec can fill; each is the name of a Postgres type. */
export type CodecType = 'text' | 'numeric' | 'bigint' | 'boolean' | 'date' | 'timestamptz' | 'jsonb'

/**
 * Turns one HubSpot string into what Postgres reads for one column. Total: it never throws; what it
 * cannot turn comes back as a Reject. Null means "cleared". The text it returns is exact and is what
 * Postgres's own input function takes; `null` and NUL-free input are the caller's business.
 */
export interface Codec<Type extends CodecType = CodecType> {
  readonly type: Type
  /**
   * What the text that `decode` gives can hold, which says how it is written into JSON. `verbatim`: the raw text
   * itself, whatever it holds. `plain`: nothing that JSON escapes. `any`: it may have to be escaped.
   */
  readonly output: 'verbatim' | 'plain' | 'any'
  decode(raw: string): string | boolean | null | Reject
}

/** Why a value did not fit its column: stable words for the quarantine and for counting. */
export type RejectReason =
  | 'not_a_number'
  | 'number_out_of_range'
  | 'not_an_integer'
  | 'integer_out_of_range'
  | 'not_a_boolean'
  | 'not_a_date'
  | 'not_a_datetime'
  | 'year_out_of_range'
  /** A number that could mean several times, or none that is likely: `2026`, `12345`. */
  | 'ambiguous_digits'
  | 'several_values'
  | 'not_json'
  /** `\u0000` or half of a surrogate pair, which no Postgres text holds. */
  | 'unstorable_escape'
  /** An object has a key twice: jsonb keeps the last value only. */
  | 'duplicate_key'
  | 'nested_too_deep'

/** A value that has no place in its column. Carries no value: logs may print it whole. */
export class Reject {
  readonly reason: RejectReason
  constructor(reason: RejectReason) {
    this.reason = reason
  }
}
