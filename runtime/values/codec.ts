/** The column types that a codec can fill; each is the name of a Postgres type. */
export type CodecType = 'text' | 'numeric' | 'bigint' | 'boolean' | 'date' | 'timestamptz' | 'jsonb'

/**
 * Converts a HubSpot string to the text that Postgres reads for one column. Never throws: a value that it
 * cannot convert is returned as a Reject. Null means "cleared". The returned text is exact and valid input
 * for Postgres's own input function. The caller handles `null` and removes NUL characters.
 */
export interface Codec<Type extends CodecType = CodecType> {
  readonly type: Type
  /**
   * The kind of text that `decode` returns, which decides how it is written into JSON. `verbatim`: the raw
   * text itself. `plain`: text without characters that JSON escapes. `any`: text that may need escaping.
   */
  readonly output: 'verbatim' | 'plain' | 'any'
  decode(raw: string): string | boolean | null | Reject
}

/** Why a value did not fit its column: stable words for the quarantine and for counts. */
export type RejectReason =
  | 'not_a_number'
  | 'number_out_of_range'
  | 'not_an_integer'
  | 'integer_out_of_range'
  | 'not_a_boolean'
  | 'not_a_date'
  | 'not_a_datetime'
  | 'year_out_of_range'
  /** A number that could mean several times, or no likely one: `2026`, `12345`. */
  | 'ambiguous_digits'
  | 'several_values'
  | 'not_json'
  /** `\u0000` or half of a surrogate pair, which no Postgres text can contain. */
  | 'unstorable_escape'
  /** An object has a key twice, of which jsonb would keep only the last value. */
  | 'duplicate_key'
  | 'nested_too_deep'

/** A value that does not fit its column. Does not contain the value, so logs may print it. */
export class Reject {
  readonly reason: RejectReason
  constructor(reason: RejectReason) {
    this.reason = reason
  }
}
