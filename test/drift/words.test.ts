import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Analysis } from '../../generator/model/analysis.ts'
import { serializeAnalysis } from '../../generator/model/analysis-file.ts'
import {
  compareAnalyses,
  missingAnalysis,
  missingObjectType,
} from '../../generator/model/compare-analyses.ts'
import { compareAnswers } from '../../generator/model/compare-answers.ts'
import { compareFiles } from '../../generator/model/compare-files.ts'
import { compareLabels, type FoundLabels } from '../../generator/model/compare-labels.ts'
import { compareRows, type FoundRows } from '../../generator/model/compare-rows.ts'
import {
  compareTable,
  type FoundTable,
  type WantedTable,
} from '../../generator/model/compare-table.ts'
import { DRIFT_KINDS, type Drift, type DriftKind } from '../../generator/model/drift.ts'
import { renderDriftMarkdown } from '../../generator/project/drift/drift-markdown.ts'
import { renderDriftTable } from '../../generator/project/drift/drift-table.ts'
import {
  driftRecord,
  driftSentence,
  markdownWords,
} from '../../generator/project/drift/drift-words.ts'
import {
  type AnalysisCase,
  changing,
  dealsBefore,
  entityCases,
  propertyCases,
} from '../support/drift-cases.ts'
import { hostileAnalysis, hostileText } from '../support/hostile-analysis.ts'
import { linesOnTerminal } from '../support/lines-on-terminal.ts'

function compare(before: Analysis, after: Analysis, unlisted?: string): readonly Drift[] {
  const names = [...before.properties, ...after.properties].map(({ name }) => name)
  return compareAnalyses(before, after, new Set(names.filter((name) => name !== unlisted)))
}

describe('what HubSpot says differently', () => {
  test.each([...propertyCases, ...entityCases])('$kind: $words', (golden: AnalysisCase) => {
    const drifts = compare(dealsBefore, golden.change(dealsBefore), golden.unlisted)
    expect(drifts.map(({ kind }) => kind)).toEqual([golden.kind])
    expect(drifts.map(driftSentence)).toEqual([golden.words])
    const [drift] = drifts as [Drift]
    const { source, severity } = DRIFT_KINDS[golden.kind]
    const expected = { entity: 'deals', kind: golden.kind, source, severity, words: golden.words }
    expect(driftRecord(drift)).toMatchObject({ ...expected, ...golden.record })
    if (golden.markdown !== undefined) expect(markdownWords(drift.words)).toBe(golden.markdown)
  })

  test('a portal that is learnt after exploring a saved answer changes no schema', () => {
    const [drift, ...others] = compare({ ...dealsBefore, portal: null }, dealsBefore)
    expect(others.map(driftSentence)).toEqual([
      "deals: portal's time zone none → Europe/Berlin",
      "deals: portal's currency none → EUR",
    ])
    expect(drift && driftSentence(drift)).toBe('deals: portal none → 8100142')
    expect(drift && driftRecord(drift).severity).toBe('label')
  })

  test('an archived property that is purged changes no schema', () => {
    const archived = changing('amount', { archived: true })(dealsBefore)
    const purged = changing('amount', { archived: true, purged: true })(dealsBefore)
    expect(compare(archived, purged, 'amount').map(driftSentence)).toEqual([
      'deals: property "Amount" (amount, number) was archived and is now deleted in HubSpot',
    ])
    expect(compare(dealsBefore, purged, 'amount').map(({ kind }) => kind)).toEqual([
      'property_removed',
    ])
  })

  test('property_restored, from the archive and from an exclusion that was taken back', () => {
    const back =
      'deals: property "Amount" (amount, number) restored → column property_amount is synced again'
    const archived = changing('amount', { archived: true })(dealsBefore)
    const excluded = changing('amount', { archived: true, excluded: true })(dealsBefore)
    expect(compare(archived, dealsBefore).map(driftSentence)).toEqual([back])
    expect(compare(excluded, dealsBefore).map(driftSentence)).toEqual([back])
  })

  test('analysis_missing', () => {
    expect(driftSentence(missingAnalysis('leads'))).toBe(
      'leads: it was never explored: there is no analysis.json',
    )
  })

  test('object_type_missing', () => {
    expect(driftSentence(missingObjectType(dealsBefore))).toBe(
      'deals: custom object deals (0-3) is archived or deleted in HubSpot → table hubspot.deal keeps its ' +
        'rows and is no longer synced; delete its folder and its entry in hubgen.config.ts to stop exploring it',
    )
  })

  test('is nothing for the same analysis, however a person ordered its lists', () => {
    const turned = {
      ...dealsBefore,
      properties: dealsBefore.properties.toReversed(),
      groups: dealsBefore.groups.toReversed(),
    }
    expect(compare(dealsBefore, turned)).toEqual([])
  })

  test('is nothing exactly when both analyses are the same file', () => {
    fc.assert(
      fc.property(hostileAnalysis, hostileAnalysis, (left, right) => {
        expect(compare(left, left)).toEqual([])
        const same = serializeAnalysis(left) === serializeAnalysis(right)
        expect(compare(left, right).length === 0).toBe(same)
      }),
    )
  })
})

const wanted: WantedTable = {
  schema: 'hubspot',
  table: 'deal',
  beside: false,
  comment: 'Deals',
  key: { columns: ['id'], fix: 'ALTER TABLE hubspot.deal ADD PRIMARY KEY (id)' },
  columns: [
    { name: 'id', type: 'bigint', notNull: true, default: null, comment: 'Record id' },
    {
      name: 'closed',
      type: 'timestamp with time zone',
      notNull: false,
      default: null,
      comment: 'Closed',
    },
  ],
  indexes: [{ name: 'idx_closed', method: 'btree', columns: ['closed'], predicate: null }],
}
const live: FoundTable = {
  ...wanted,
  key: { name: 'deal_pkey', columns: ['id'], deferrable: false },
  indexes: wanted.indexes.map((index) => ({ ...index, valid: true })),
  constraints: [],
}
const withKey = (change: Partial<NonNullable<FoundTable['key']>>): FoundTable => ({
  ...live,
  key: { name: 'mine', columns: ['id'], deferrable: false, ...change },
})
const withColumn = (change: Partial<FoundTable['columns'][number]>): FoundTable => ({
  ...live,
  columns: live.columns.map((column) =>
    column.name === 'closed' ? { ...column, ...change } : column,
  ),
})
const withIndex = (change: Partial<FoundTable['indexes'][number]>): FoundTable => ({
  ...live,
  indexes: live.indexes.map((index) => ({ ...index, ...change })),
})

const tableCases: readonly (readonly [DriftKind, FoundTable | null, string])[] = [
  ['table_missing', null, 'deals: table hubspot.deal is missing'],
  [
    'column_missing',
    { ...live, columns: live.columns.slice(0, 1) },
    'deals: column closed timestamptz is missing',
  ],
  [
    'column_extra',
    {
      ...live,
      columns: [
        ...live.columns,
        { name: 'x', type: 'text', notNull: false, default: null, comment: null },
      ],
    },
    'deals: column x text is in the table but not in the analysis',
  ],
  [
    'key_missing',
    { ...live, key: null },
    'deals: table hubspot.deal has no primary key, so sync cannot write to it → ALTER TABLE hubspot.deal ADD PRIMARY KEY (id)',
  ],
  [
    'key_changed',
    withKey({ columns: ['id', 'closed'] }),
    'deals: primary key mine of table hubspot.deal is (id, closed), not (id), so sync cannot write to it → drop that constraint, then ALTER TABLE hubspot.deal ADD PRIMARY KEY (id)',
  ],
  [
    'key_changed',
    withKey({ deferrable: true }),
    'deals: primary key mine of table hubspot.deal is (id DEFERRABLE), not (id), so sync cannot write to it → drop that constraint, then ALTER TABLE hubspot.deal ADD PRIMARY KEY (id)',
  ],
  [
    'column_default_changed',
    withColumn({ default: "'epoch'::timestamp with time zone" }),
    'deals: column closed has default epoch, not none → ALTER COLUMN closed DROP DEFAULT',
  ],
  [
    'constraint_extra',
    { ...live, constraints: [{ name: 'old', definition: 'CHECK ((id < 9))' }] },
    "deals: constraint old of table hubspot.deal is not hubgen's: CHECK ((id < 9)) → sync fails on every record that it refuses; drop it, or keep it outside of this table",
  ],
  [
    'column_type_changed',
    withColumn({ type: 'text' }),
    'deals: column closed is text, not timestamptz',
  ],
  [
    'column_nullability_changed',
    withColumn({ notNull: true }),
    'deals: column closed is NOT NULL, not nullable',
  ],
  [
    'comment_changed',
    withColumn({ comment: 'Done' }),
    'deals: comment of column closed is "Done", not "Closed"',
  ],
  [
    'comment_changed',
    { ...live, comment: null },
    'deals: comment of table hubspot.deal is none, not "Deals"',
  ],
  [
    'index_missing',
    { ...live, indexes: [] },
    'deals: index idx_closed on closed (btree) is missing',
  ],
  [
    'index_changed',
    withIndex({ columns: ['closed', null] }),
    'deals: index idx_closed is on closed, an expression (btree), not closed (btree)',
  ],
  [
    'index_changed',
    withIndex({ predicate: 'is_deleted' }),
    'deals: index idx_closed is on closed (btree) where is_deleted, not closed (btree)',
  ],
  [
    'index_invalid',
    withIndex({ valid: false }),
    'deals: index idx_closed is invalid: its creation was interrupted',
  ],
]

const fileCases: readonly (readonly [DriftKind, Parameters<typeof compareFiles>[0], string])[] = [
  [
    'file_missing',
    { missing: ['deals/table.ts'], changed: [], edited: [], extra: [] },
    'deals: deals/table.ts is missing',
  ],
  [
    'file_missing',
    { missing: ['migrations/0002_deals_amount.sql'], changed: [], edited: [], extra: [] },
    'deals: migrations/0002_deals_amount.sql is missing',
  ],
  [
    'file_missing',
    { missing: ['deals/entity.ts', 'deals/table.ts'], changed: [], edited: [], extra: [] },
    'deals: deals/ is not generated yet',
  ],
  [
    'file_changed',
    { missing: [], changed: ['deals/table.ts'], edited: [], extra: [] },
    'deals: deals/table.ts differs from its analysis',
  ],
  [
    'file_edited',
    { missing: [], changed: ['index.ts'], edited: ['index.ts'], extra: [] },
    'shared files: index.ts was edited by hand',
  ],
  [
    'file_extra',
    { missing: [], changed: [], edited: [], extra: ['deals/notes.md'] },
    'deals: deals/notes.md is not generated by hubgen, or no longer',
  ],
]

describe('what tables and files say differently', () => {
  test.each(tableCases)('%s', (kind, found, words) => {
    const drifts = compareTable('deals', wanted, found)
    expect(drifts.map((drift) => [drift.kind, driftSentence(drift)])).toEqual([[kind, words]])
  })

  test('is nothing for a table as wanted, columns in any order, with an index of one’s own', () => {
    const own = { name: 'mine', method: 'gin', columns: [null], predicate: null, valid: true }
    const found = { ...live, columns: live.columns.toReversed(), indexes: [own, ...live.indexes] }
    expect(compareTable('deals', wanted, found)).toEqual([])
  })

  test.each([
    ['8100142', '8100142'],
    ['3000000000', "'3000000000'::bigint"],
    ["'{}'", "'{}'::jsonb"],
    ['now()', 'now()'],
  ])('a default of %s is the same where Postgres writes it as %s', (ours, written) => {
    const withDefault = (value: string) =>
      live.columns.map((column) => ({ ...column, default: value }))
    const found = { ...live, columns: withDefault(written) }
    expect(compareTable('deals', { ...wanted, columns: withDefault(ours) }, found)).toEqual([])
  })

  test('names the table of a column that is not in the table of records', () => {
    const drifts = compareTable('deals', { ...wanted, beside: true }, withColumn({ type: 'text' }))
    expect(drifts.map(driftSentence)).toEqual([
      'deals: column closed of table hubspot.deal is text, not timestamptz',
    ])
  })

  test.each(fileCases)('%s of %j', (kind, differences, words) => {
    const drifts = compareFiles(differences, ['deals', 'deals_archive'])
    expect(drifts.map((drift) => [drift.kind, driftSentence(drift)])).toEqual([[kind, words]])
  })
})

const labels = { properties: new Map([['["a"]', '["a","A"]']]), options: new Map() }
const labelCases: readonly (readonly [DriftKind, FoundLabels, string])[] = [
  ['view_missing', { ...labels, view: 'missing' }, 'deals: view hubspot.deal_labelled is missing'],
  [
    'view_changed',
    { ...labels, view: 'changed' },
    'deals: view hubspot.deal_labelled differs from labelled.sql',
  ],
  [
    'view_missing',
    { ...labels, view: 'current', current: { name: 'hubspot.deal_current', state: 'missing' } },
    'deals: view hubspot.deal_current is missing',
  ],
  [
    'label_rows_changed',
    { properties: new Map([['["a"]', '["a","B"]']]), options: new Map(), view: 'current' },
    'deals: table property differs from the analysis (different properties: 1)',
  ],
  [
    'label_rows_changed',
    { ...labels, options: new Map([['["a","x"]', '["a","x","X"]']]), view: 'current' },
    'deals: table property_option differs from the analysis (different options: 1)',
  ],
]

const rowCases: readonly (readonly [DriftKind, FoundRows, string])[] = [
  [
    'table_remade',
    { remade: ['hubspot.deal'], otherPortals: [] },
    'deals: table hubspot.deal was made again, or restored, since it was last synced → the next sync reads everything that belongs into it',
  ],
  [
    'rows_of_other_portal',
    { remade: ['hubspot.contact'], otherPortals: [{ portalId: '7', count: 2 }] },
    'deals: table hubspot.deal has 2 rows of portal 7, which is not that of the analysis → move them to a database of their own',
  ],
]

test.each(rowCases)('rows: %s', (kind, found, words) => {
  const drifts = compareRows('deals', wanted, found)
  expect(drifts.map((drift) => [drift.kind, driftSentence(drift)])).toEqual([[kind, words]])
})

test.each(labelCases)('labels: %s', (kind, found, words) => {
  const drifts = compareLabels('deals', 'hubspot.deal_labelled', labels, found)
  expect(drifts.map((drift) => [drift.kind, driftSentence(drift)])).toEqual([[kind, words]])
})

test('property_not_answered, of properties that the analysis has and HubSpot has not archived', () => {
  const since = new Date('2026-11-29T10:00:00Z')
  const unanswered = ['amount', 'gone'].map((property) => {
    return { property, part: 'records' as const, since }
  })
  expect(
    compareAnswers(dealsBefore, unanswered).map((drift) => [drift.kind, driftSentence(drift)]),
  ).toEqual([
    [
      'property_not_answered',
      'deals: HubSpot no longer answers amount (since 2026-11-29) → column property_amount keeps its values',
    ],
  ])
  const [drift] = compareAnswers(dealsBefore, [{ property: 'amount', part: 'history', since }])
  expect(drift && driftSentence(drift)).toBe(
    'deals: HubSpot no longer answers former values of amount (since 2026-11-29) → those of before stay',
  )
  const archived = changing('amount', { archived: true })(dealsBefore)
  expect(compareAnswers(archived, unanswered)).toEqual([])
  // Another key may have synced last; which sensitive values this one reads is no drift.
  const sensitive = changing('amount', { sensitivity: 'sensitive' })(dealsBefore)
  expect(compareAnswers(sensitive, unanswered)).toEqual([])
})

test('every kind of drift has a golden case', () => {
  const covered = [
    ...[...propertyCases, ...entityCases].map(({ kind }) => kind),
    ...tableCases.map(([kind]) => kind),
    ...fileCases.map(([kind]) => kind),
    ...labelCases.map(([kind]) => kind),
    ...rowCases.map(([kind]) => kind),
    'property_restored',
    'property_not_answered',
    'analysis_missing',
    'object_type_missing',
  ]
  expect([...new Set(covered)].sort()).toEqual(Object.keys(DRIFT_KINDS).sort())
})

describe('output', () => {
  const drifts = [...propertyCases, ...entityCases].flatMap(({ change }) =>
    compare(dealsBefore, change(dealsBefore)),
  )

  test('as a table is aligned, also in 80 columns, columns before labels', () => {
    const table = renderDriftTable([...drifts, ...compareFiles(fileCases[4]?.[1] as never, [])])
    const lines = linesOnTerminal(table.join('\n'), 80)
    expect(lines.slice(0, 4)).toEqual([
      'deals: 17 schema changes, 32 label changes',
      '  schema  hubspot   property "Renewal risk" (renewal_risk, enumeration) added →',
      '                    column property_renewal_risk text',
      '  schema  hubspot   property "Amount" (amount, number) archived → column',
    ])
    expect(lines.slice(-2)).toEqual([
      'shared files: 1 schema change',
      '  schema  files     index.ts was edited by hand',
    ])
  })

  test('as Markdown folds labels away and says what could not be seen', () => {
    const shown = compare(
      dealsBefore,
      changing('amount', { label: 'A', archived: true })(dealsBefore),
    )
    expect(renderDriftMarkdown(shown, [{ entity: 'leads', reason: 'no *scope*' }])).toBe(
      `**1 schema change, 1 label change**

Could not look at \`leads\`: \`no *scope*\`

### deals

- property "\`A\`" (\`amount\`, \`number\`) archived → column \`property_amount\` stays and is no longer synced (\`property_archived\`)

<details><summary>1 label change</summary>

- property \`amount\`: label "\`Amount\`" → "\`A\`" (\`label_changed\`)

</details>
`,
    )
  })

  test('as Markdown fits into the body of a pull request, whatever happened', () => {
    const many = Array.from({ length: 2000 }, () => drifts[0] as Drift)
    const body = renderDriftMarkdown(many, [])
    expect(body.length).toBeLessThan(65_536)
    expect(body).toMatch(/\n… and \d+ more; `hubgen diff --json` lists them all\.\n$/)
  })

  test('as Markdown keeps hostile text inside code, on its line', () => {
    fc.assert(
      fc.property(hostileText, (label) => {
        const changed = compare(dealsBefore, changing('amount', { label })(dealsBefore))
        const body = renderDriftMarkdown(changed, [])
        expect(body.split('\n').filter((line) => line.startsWith('- '))).toHaveLength(
          changed.length,
        )
        expect(body.replace(/(`+)(?!`).*?[^`]\1(?!`)/g, '')).not.toMatch(/[@{}\u202e]|DROP|script/)
      }),
    )
  })
})
