import { describe, expect, test } from 'vitest'
import { parseSample } from '../../generator/cli/verify/parse-sample.ts'
import { describeVerified } from '../../generator/cli/verify/verify-text.ts'
import type { VerifyReport } from '../../runtime/sync/verify/verify-entity.ts'

describe('--values', () => {
  test.each([
    ['', 1_000],
    ['all', 'all'],
    ['ALL', 'all'],
    ['5000', 5_000],
    ['5,000', 5_000],
    ['1', 1],
  ])('`%s` is %s', (text, expected) => {
    expect(parseSample(text, ['deals'])).toBe(expected)
  })

  test.each([
    ['deals', [], '`hubgen verify deals --values`, or `--values all` for every record'],
    ['al', ['deals'], '`hubgen verify deals --values`, or `--values all` for every record'],
    ['0', ['deals'], '`hubgen verify --help`'],
    ['-5', ['deals'], '`hubgen verify --help`'],
    ['1.5', ['deals'], '`hubgen verify --help`'],
  ])('`%s` is refused with what was meant', (text, entities, fix) => {
    expect(() => parseSample(text, entities)).toThrow(
      expect.objectContaining({ code: 'USAGE', fix }),
    )
  })
})

describe('the result of a comparison', () => {
  const none = { missing: {}, extra: {}, stale: {}, value: {}, link: {} }
  const equal: VerifyReport = {
    ...{ entity: 'deals', table: 'hubspot.deal', records: 650, differences: none, total: 0 },
    ...{ columns: {}, linkTables: {}, compared: { values: 0, links: 0, left: [] } },
    ...{ quarantined: 0, unread: 0, examples: [], spans: [], calls: 9, seconds: 2 },
    ...{ by: 'stamps', unserved: 0, recounted: 0 },
  }
  const plain = (text: string) => text.replaceAll(/\u001b\[\d+m/g, '')

  test('says what it has not compared, and how to', () => {
    expect(plain(describeVerified(equal, { afterwards: 'report' }))).toBe(
      '✓ deals = hubspot.deal: 650 records, equal by id and modified stamp (2 s, 9 API calls)\n' +
        '  values and links were not compared: use `hubgen verify deals --values`',
    )
  })

  test('says what else it has compared, and what it could not', () => {
    const left = [{ subject: 'amount', why: "HubSpot's answers lack this property" }]
    const report = { ...equal, compared: { values: 200, links: 400, left }, unread: 2 }
    const text = describeVerified(report, { afterwards: 'report', values: 200 })
    expect(plain(text).split('\n')).toEqual([
      '? deals = hubspot.deal: 650 records, equal by id and modified stamp; not everything could be compared (2 s, 9 API calls)',
      '  also compared: the values of 200 records, the links of 400 records',
      "  not compared: amount: HubSpot's answers lack this property",
      '  HubSpot gave no answer for 2 records: they may differ',
    ])
  })

  test('says of links that were asked for that there are none, and not that values do it', () => {
    const text = plain(describeVerified(equal, { afterwards: 'report', links: 'all' }))
    expect(text.split('\n').slice(1)).toEqual([
      '  no links to compare: the entity has no table of links with records in it',
    ])
  })

  test('says of a resource what HubSpot no longer serves, without calling it wrong', () => {
    const compared = { values: 600, links: 0, left: [] }
    const report = { ...equal, by: 'values' as const, unserved: 3, recounted: 1, compared }
    expect(plain(describeVerified(report, { afterwards: 'report' })).split('\n')).toEqual([
      '✓ deals = hubspot.deal: 650 rows, equal by key and value (2 s, 9 API calls)',
      '  50 rows were compared without values that HubSpot sends for one row per call: use `hubgen verify deals --values all`',
      '  HubSpot no longer sends 3 rows of the table, and shows no deletions here: the table keeps them',
      '  1 row with other statistics, which HubSpot counts on after each read: no difference',
    ])
  })

  test('names columns, and the command that repairs them', () => {
    const report: VerifyReport = {
      ...equal,
      total: 2,
      differences: { ...none, value: { unexplained: 1 }, link: { linked_since: 1 } },
      columns: { property_amount: 1 },
      linkTables: { deal_contact: 1 },
      compared: { values: 200, links: 200, left: [] },
      examples: [
        { id: '7', kind: 'value', reason: 'unexplained', columns: ['property_amount'] },
        { id: '8', kind: 'link', reason: 'linked_since', table: 'deal_contact', toId: '9' },
      ],
    }
    const text = plain(describeVerified(report, { afterwards: 'report', values: 'all' }))
    expect(text).toContain('value 1: with the same modified stamp and another value')
    expect(text).toContain(
      '    in property_amount (1)\n      7  property_amount: no change explains it',
    )
    expect(text).toContain('8  deal_contact, link to 9: perhaps changed since the last daily read')
    expect(text).toMatch(/next: `hubgen verify deals --values all --repair` repairs them$/)
  })
})
