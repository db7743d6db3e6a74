import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Analysis, ColumnType, ValidationRule } from '../../generator/model/analysis.ts'
import { buildAnalysis } from '../../generator/model/build-analysis.ts'
import { renderQualitySql } from '../../generator/render/entity/quality-sql.ts'
import { judgeRules } from '../../generator/render/entity/rule-checks.ts'
import { render } from '../../generator/render/render.ts'
import { renderReadme } from '../../generator/render/report/entity-readme.ts'
import { sqlLiteral } from '../../generator/render/text/escape-sql.ts'
import { postgresRegex } from '../../generator/render/text/postgres-regex.ts'
import { dealFacts, defineProperty } from '../support/entity-facts.ts'
import { connectTestDatabase, type TestConnection } from '../support/open-test-database.ts'
import { type Postgres15, postgres15Missing, startPostgres15 } from '../support/postgres.ts'
import '../support/vitest/property-seed.ts'

const types = { text: 'string', numeric: 'number', date: 'date', timestamptz: 'datetime' } as const

function rule(kind: string, ...given: readonly string[]): ValidationRule {
  return { property: 'checked', kind, arguments: given }
}

function withRules(
  rules: readonly ValidationRule[],
  column: keyof typeof types = 'text',
  more: Parameters<typeof defineProperty>[2] = {},
): Analysis {
  const definitions = [
    defineProperty('dealname'),
    defineProperty('hs_object_id', 'number'),
    defineProperty('hs_lastmodifieddate', 'datetime'),
    defineProperty('checked', types[column], more),
  ]
  return buildAnalysis(dealFacts(definitions, { rules }), null, null).analysis
}

/** Rules with values that keep them and values that break them. */
const cases: readonly (readonly [
  column: keyof typeof types,
  rule: ValidationRule,
  kept: readonly string[],
  broken: readonly string[],
])[] = [
  ['text', rule('MAX_LENGTH', '3'), ['abc', '🙂🙂🙂'], ['abcd']],
  ['text', rule('MIN_LENGTH', '2'), ['ab'], ['a']],
  ['numeric', rule('MAX_NUMBER', '99.99'), ['99.99', '-1e3'], ['100', '99.991']],
  ['numeric', rule('MIN_NUMBER', '-10.5'), ['-10.5'], ['-10.51']],
  ['numeric', rule('DECIMAL', '2'), ['1.50', '1.500', '7'], ['1.501']],
  ['text', rule('FORMAT', 'UPPER'), ['ABC 1'], ['ABc']],
  ['text', rule('FORMAT', 'LOWER'), ['abc 1'], ['Abc']],
  ['text', rule('ALPHANUMERIC', 'NUMERIC_ONLY'), ['123', '12 3'], ['12a']],
  ['text', rule('ALPHANUMERIC', 'ALPHA_ONLY'), ['Märchen'], ['abc1', 'a-b']],
  ['text', rule('ALPHANUMERIC', 'ALPHANUMERIC'), ['Weg 7'], ['Weg#7']],
  ['text', rule('SPECIAL_CHARACTERS', 'NOT_ALLOWED'), ['Weg 7'], ['a_b', 'x`y', 'a/b']],
  ['text', rule('WHITESPACE'), ['ab'], ['a b', 'a\tb']],
  ['text', rule('WHITESPACE', 'TRIM'), ['a b'], [' ab', 'ab\n']],
  ['text', rule('REGEX', '^[0-9]{4,5}$', 'a postcode'), ['1234', '12345'], ['123', '123456', 'x']],
  ['text', rule('REGEX', '[0-9]{4,5}'), ['1234', '12345'], ['123456', 'x1234', '1234\n', '12 34']],
  ['text', rule('REGEX', '(?i)ab|cd'), ['AB', 'cd'], ['abc', 'abd', 'xcd']],
  ['text', rule('EMAIL'), ['a@b.example'], ['nobody', 'a b@c']],
  ['text', rule('DOMAIN'), ['acme.example'], ['acme', 'ac me.example']],
  ['text', rule('URL'), ['https://acme.example/x'], ['nowhere']],
  [
    'text',
    rule('EMAIL_ALLOWED_DOMAINS', 'acme.example'),
    ['a@ACME.example', 'a@x.acme.example'],
    ['a@other.example', 'a@notacme.example'],
  ],
  [
    'text',
    rule('EMAIL_BLOCKED_DOMAINS', 'acme.example'),
    ['a@other.example', 'none'],
    ['a@Acme.example'],
  ],
  [
    'text',
    rule('URL_ALLOWED_DOMAINS', 'acme.example'),
    ['https://www.acme.example/a?b', 'acme.example:80'],
    ['https://x.example/acme.example'],
  ],
  [
    'text',
    rule('URL_BLOCKED_DOMAINS', 'acme.example'),
    ['https://x.example'],
    ['http://acme.example'],
  ],
  ['date', rule('DAYS_OF_WEEK', 'MONDAY', 'SUNDAY'), ['2026-11-30', '2026-11-29'], ['2026-11-28']],
  ['date', rule('START_DATE', '1640995200000'), ['2022-01-01'], ['2021-12-31']],
  ['date', rule('END_DATE', '1640995200000'), ['2022-01-01', '-infinity'], ['2022-01-02']],
  [
    'timestamptz',
    rule('START_DATETIME', '1640995200000'),
    ['2022-01-01T00:00:00Z'],
    ['2021-12-31T23:59:59.999Z'],
  ],
  [
    'timestamptz',
    rule('END_DATETIME', '1640995200000'),
    ['2022-01-01T00:00:00Z'],
    ['2022-01-01T00:00:00.001Z'],
  ],
]

/** Rules that no check stands for, with the words for people. */
const unchecked: readonly (readonly [keyof typeof types, ValidationRule, string])[] = [
  ['text', rule('REGEX', '(?=a)b'), 'Postgres would read this regular expression in another way'],
  ['text', rule('REGEX', '((a{1,200}){1,200}){1,200}'), 'Postgres would read'],
  ['text', rule('REGEX'), 'Postgres would read'],
  ['text', rule('MAX_LENGTH', '1; DROP TABLE deal; --'), 'SQL cannot express these arguments'],
  ['text', rule('FORMAT', 'CAPITALIZATION'), 'SQL cannot express these arguments'],
  ['text', rule('MAX_NUMBER', '3'), 'its column is text'],
  ['timestamptz', rule('DAYS_OF_WEEK', 'MONDAY'), 'its column is timestamptz'],
  ['date', rule('START_DATE', '99999999999999999'), 'SQL cannot express these arguments'],
  ['date', rule('AFTER_DURATION', 'P7D'), 'it is about the day on which a value is entered'],
  [
    'text',
    rule('PHONE_NUMBER_WITH_EXPLICIT_COUNTRY_CODE', 'us'),
    'SQL cannot validate phone numbers',
  ],
  ['text', rule('constructor'), 'hubgen does not know this kind of rule'],
  ['text', { ...rule('EMAIL'), property: 'gone' }, 'the table has no such property'],
]

describe('a rule without a check', () => {
  test.each(unchecked)('%s column, %j: %s', (column, given, why) => {
    const analysis = withRules([given], column)
    expect(judgeRules(analysis)).toMatchObject([
      { check: null, unchecked: expect.stringContaining(why) },
    ])
    expect(renderQualitySql(analysis)).not.toContain("'rules' AS check_name")
    expect(renderReadme(analysis)).toContain(`not checked: ${why}`)
  })

  test('is one of an archived property, or of one without a column of its own', () => {
    const analysis = withRules([rule('EMAIL')])
    const [archived, overflown] = [{ archived: true }, { column: { overflow: 'too wide' } }].map(
      (change) => ({
        ...analysis,
        properties: analysis.properties.map((one) =>
          one.name === 'checked'
            ? {
                ...one,
                ...change,
                column: { ...one.column, ...('column' in change && change.column) },
              }
            : one,
        ),
      }),
    )
    if (archived === undefined || overflown === undefined) throw new Error('two analyses')
    expect(judgeRules(archived)[0]?.unchecked).toBe('the property is archived')
    expect(judgeRules(overflown)[0]?.unchecked).toBe('the property has no column of its own')
  })
})

describe('on Postgres 18', () => describeServer(() => inject('postgresUrl')))

describe.skipIf(postgres15Missing !== undefined)('on Postgres 15', () => {
  let server: Postgres15
  beforeAll(async () => {
    server = await startPostgres15()
  })
  afterAll(() => server[Symbol.asyncDispose]())
  describeServer(() => server.url)
})

function describeServer(serverUrl: () => string): void {
  let connection: TestConnection
  beforeAll(async () => {
    connection = await connectTestDatabase(serverUrl())
  })
  afterAll(() => connection[Symbol.asyncDispose]())

  test('quality.sql counts the values that break a rule, and no others', async () => {
    for (const [column, given, kept, broken] of cases) {
      const analysis = withRules([given], column)
      await createTable(connection, analysis)
      for (const value of [...kept, ...broken]) await insert(connection, value, column)
      await connection.run(`INSERT INTO hubspot.deal (id, updated_at) VALUES (1000, now())`)
      const counted = (await connection.run(renderQualitySql(analysis))).flat()
      expect([given, counted.filter(({ check_name }) => check_name === 'rules')]).toEqual([
        given,
        [
          {
            check_name: 'rules',
            subject: `property_checked breaks ${given.kind}`,
            records: String(kept.length + broken.length),
            failing: String(broken.length),
            example_id: String(kept.length + 1),
          },
        ],
      ])
      expect(renderReadme(analysis)).toContain('| counted |')
    }
  })

  const patterns: readonly (readonly [string, string])[] = [
    ['^[A-Z]{2}-\\d+$', 'AB-12'],
    ['(?i)^abc|x{2,3}y?$', 'zABC'],
    ['^\\w+@\\w+\\.(com|example)$', 'a@b.com'],
    ['\\bend\\b', 'the end.'],
    ['^[^\\s,;]+$', 'a,b'],
    ['^(?:\\+49|0)[1-9][0-9 /-]*$', '+49 30/12'],
    ['[\\d\\-\\]]', 'x]'],
    ['^[[:alpha:]_][[:alnum:]_]*$', '_a9'],
    ['a.c', 'a\nc'],
    ['(?P<year>\\d{4})', '2026'],
    ['^***', ''],
    ['', 'anything'],
    ['a||b', ''],
  ]

  test('a regular expression matches the same whole values as elsewhere, or is not used', async () => {
    for (const [pattern, text] of patterns) {
      const regex = postgresRegex(pattern)
      if (regex === null) continue
      const [[row] = []] = await connection.run(
        `SELECT ${sqlLiteral(text)} ~ ${sqlLiteral(regex)} AS matches`,
      )
      expect([pattern, row?.['matches']]).toEqual([pattern, inJavaScript(pattern).test(text)])
    }
    const used = patterns.filter(([pattern]) => postgresRegex(pattern) !== null)
    expect(used).toHaveLength(patterns.length - 1)
  })

  test('no pattern whatever makes Postgres fail, and those that mean something mean the same', async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        ...'ab1 -_.^$|()[]{}*+?,:\\',
        '\\d',
        '\\w',
        '\\s',
        '\\b',
        '[a-c]',
        '{2}',
        '{1,}',
        '(?:',
        '[^',
      ),
      fc.constantFrom('ab', '0-9', '\\.', '\\]', '\\\\'),
    )
    const pattern = fc.array(piece, { maxLength: 8 }).map((parts) => parts.join(''))
    const text = fc.string({ unit: fc.constantFrom(...'ab1 -_.\n\\]^{'), maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(
        pattern,
        fc.array(text, { minLength: 8, maxLength: 8 }),
        async (one, texts) => {
          const regex = postgresRegex(one)
          if (regex === null) return
          const javascript = inJavaScript(one)
          const [rows] = await connection.run(
            `SELECT text ~ ${sqlLiteral(regex)} AS matches FROM unnest(ARRAY[${texts.map(sqlLiteral).join(', ')}]) WITH ORDINALITY AS t (text, place) ORDER BY place`,
          )
          expect(rows?.map(({ matches }) => matches)).toEqual(
            texts.map((each) => javascript.test(each)),
          )
        },
      ),
      { numRuns: 400 },
    )
  })
}

/** Whether it matches a whole text. Of these patterns JavaScript has RE2's meaning, but for the names of groups, POSIX classes and the end. */
function inJavaScript(pattern: string): RegExp {
  const isCaseless = pattern.startsWith('(?i)')
  const translated = (isCaseless ? pattern.slice('(?i)'.length) : pattern)
    .replaceAll('[:alpha:]', 'A-Za-z')
    .replaceAll('[:alnum:]', 'A-Za-z0-9')
    .replaceAll('(?P<', '(?<')
  return new RegExp(`^(?:${translated})$`, isCaseless ? 'i' : '')
}

async function createTable(connection: TestConnection, analysis: Analysis): Promise<void> {
  await connection.run('DROP SCHEMA IF EXISTS hubspot CASCADE')
  for (const [path, sql] of render([analysis], [])) {
    if (path.startsWith('migrations/')) await connection.run(sql)
  }
}

async function insert(connection: TestConnection, value: string, type: ColumnType): Promise<void> {
  await connection.run(
    `INSERT INTO hubspot.deal (id, updated_at, property_checked)
     SELECT count(*) + 1, now(), ${sqlLiteral(value)}::${type} FROM hubspot.deal`,
  )
}
