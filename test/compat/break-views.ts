import { readFileSync } from 'node:fs'
import { CLAIMS } from './fivetran-claims.ts'

/** SQL that makes a view wrong in one way. */
export interface Break {
  readonly view: string
  readonly name: string
  readonly sql: string
}

/** A part of a view's query that decides its rows, and the query without it. */
const CONDITIONS: readonly (readonly [name: string, part: RegExp, without: string])[] = [
  ['the stages among other values', /WHERE stage\.name = 'dealstage'/, 'WHERE true'],
  ['the merges that end a deal', /\n {2}AND NOT EXISTS \(.*\)/, ''],
  ['the property of a former value', /(PARTITION BY \w+), name/, '$1'],
  ['the record of an e-mail', /(AS record ON) record\.id = link\.email_id/, '$1 false'],
  ['the merges of a survivor', /WHERE chain\.steps < 100/, 'WHERE false'],
  ['the last merge of a chain', /SELECT DISTINCT ON \(merged\)/, 'SELECT'],
  ['the id that a merge names', / AND split_part\(part, ':', 1\) = merged::text/, ''],
]

/** Every view of a `generated/compat/fivetran.sql`: dropped, emptied, with another type, and without each condition. */
export function breaksOf(path: string): readonly Break[] {
  const statements = readFileSync(path, 'utf8')
    .split(/^CREATE OR REPLACE VIEW /m)
    .slice(1)
  return statements.flatMap((statement) => {
    const [, view = '', query = ''] =
      /^hubspot_fivetran\.(\w+) AS\n(.*?);\s*$/s.exec(statement) ?? []
    if (!(view in CLAIMS)) return []
    const conditions = CONDITIONS.filter(([, part]) => part.test(query)).map(
      ([name, part, without]) => [`without ${name}`, query.replace(part, without)] as const,
    )
    return [
      { view, name: 'dropped', sql: `DROP VIEW hubspot_fivetran.${view}` },
      ...[
        ['emptied', `SELECT * FROM (${query}) AS all_rows WHERE false`] as const,
        ...retyped(view, query),
        ...conditions,
        ...withoutOneKind(query),
      ].map(([name, changed]) => ({
        view,
        name,
        sql: `DROP VIEW hubspot_fivetran.${view}; CREATE VIEW hubspot_fivetran.${view} AS ${changed}`,
      })),
    ]
  })
}

function retyped(view: string, query: string): readonly (readonly [string, string])[] {
  const [column] = Object.entries(CLAIMS[view] ?? {}).find(([, family]) => family !== 'text') ?? []
  const columns = Object.keys(CLAIMS[view] ?? {}).map((name) =>
    name === column ? `"${name}"::text` : `"${name}"`,
  )
  return [[`with text in ${column}`, `SELECT ${columns.join(', ')} FROM (${query}) AS all_rows`]]
}

/** The rows of a view over several tables without those of one. */
function withoutOneKind(query: string): readonly (readonly [string, string])[] {
  const kinds = query.startsWith('WITH') ? [] : query.split('\nUNION ALL\n')
  if (kinds.length < 2) return []
  return kinds.map((kind) => [
    `without ${/FROM hubspot\.(\w+)/.exec(kind)?.[1]}`,
    kinds.filter((other) => other !== kind).join('\nUNION ALL\n'),
  ])
}
