import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createProgram } from '../../generator/cli/program.ts'
import { parseAnalysis } from '../../generator/model/analysis-file.ts'
import { renderFiles } from '../../generator/render/render.ts'
import { drawNeighbours } from '../../generator/render/report/readme-diagram.ts'
import type { Entity } from '../../runtime/entity.ts'
import { passesOf } from '../../runtime/sync/passes.ts'
import { auditedRecords } from '../../runtime/sync/verify/audit-tally.ts'
import { heldSentences } from './held-sentences.ts'
import { sentencesOf } from './template-sentences.ts'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')
const document = read('generated/deals/README.md')

describe('each sentence of the setup document', () => {
  const sentences = ['README.md', 'results.md'].flatMap((name) =>
    sentencesOf(read(`templates/${name}.hbs`)),
  )

  test('is in test/docs/held-sentences.ts, under the test that runs what it says', () => {
    const held = new Set(Object.values(heldSentences).flat())
    expect(sentences.filter((sentence) => !held.has(sentence))).toEqual([])
    expect([...held].filter((sentence) => !sentences.includes(sentence))).toEqual([])
    expect(sentences.length).toBeGreaterThan(180)
  })

  test.each(Object.keys(heldSentences).filter((name) => name !== 'advice'))(
    'has a test that exists: %s',
    (name) => {
      const [, file = '', title = ''] = /^(\S+\.test\.ts): (.+)$/.exec(name) ?? []
      expect(existsSync(new URL(`test/${file}`, root)), file).toBe(true)
      const titled = new RegExp(`\\b(?:test|it)\\b[^\\n]*(?:\\n[^\\n]*)?${escapePattern(title)}`)
      expect(read(`test/${file}`)).toMatch(titled)
    },
  )

  test('of a paragraph, an item and a row is found, without conditions and code', () => {
    const template =
      '# Title\n\nOne `a.b` is\ntwo. Three: `four`\nfive.\n\n{{#if x}}\n- **Six** seven{{#if y}} and eight{{/if}}\n' +
      '{{/if}}\n1. Nine.\n\n| head | of |\n|---|--:|\n| ten | {{this.x}} |\n\n```sh\nnone\n```\n'
    expect(sentencesOf(template)).toEqual([
      'One `a.b` is two.',
      'Three:',
      '`four` five.',
      '**Six** seven and eight',
      'Nine.',
      '| ten | {{this.x}} |',
    ])
  })
})

test('its links lead to headings of it', () => {
  const headings = new Set(
    [...document.matchAll(/^## (.*)$/gm)].map(([, heading = '']) =>
      heading.toLowerCase().replaceAll(',', '').replaceAll(' ', '-'),
    ),
  )
  const links = [...document.matchAll(/\]\(#([^)]*)\)/g)].map(([, link = '']) => link)
  expect(links.length).toBeGreaterThan(8)
  expect(links.filter((link) => !headings.has(link))).toEqual([])
  const files = [...document.matchAll(/\]\(([\w.]+)\)/g)].map(([, file = '']) => file)
  expect(files.length).toBeGreaterThan(10)
  expect(files.filter((file) => !existsSync(new URL(`generated/deals/${file}`, root)))).toEqual([])
})

test('the diagram has a double arrow for links, a single one for a column, a line for a companion', () => {
  const lines = drawNeighbours(analysisOf('generated/deals/analysis.json')).map((line) =>
    line.trim(),
  )
  expect(lines).toEqual(
    expect.arrayContaining([
      'hubspot("HubSpot Deals") ==>|"hubgen sync"| record',
      'record["hubspot.deal"]',
      'table1["hubspot.company"]',
      'record <-->|"deal_company"| table1',
      'record -->|"property_hs_primary_associated_company"| table1',
      expect.stringMatching(/^record ---\|"merges"\| table\d+$/),
      expect.stringMatching(/^record ---\|"stages"\| table\d+$/),
    ]),
  )
  const defined = new Set(lines.flatMap((line) => /^(\w+)[[(]/.exec(line)?.[1] ?? []))
  const used = lines.flatMap((line) => /\| (\w+)$/.exec(line)?.[1] ?? [])
  expect(used.filter((name) => !defined.has(name))).toEqual([])
})

test('how often a sync looks again', () => {
  const hour = 3_600_000
  const companion = {
    table: 'hubspot.x',
    toObjectType: '0-1',
    fromColumn: 'a',
    toColumn: 'b',
  } as const
  const entity: Entity = {
    name: 'deals',
    portalId: 1,
    objectType: 'deals',
    table: 'hubspot.deal',
    modifiedProperty: 'hs_lastmodifieddate',
    properties: {},
    calculated: ['property_a'],
    associations: [companion],
    pipelines: { table: 'hubspot.p', stageTable: 'hubspot.s' },
  }
  const intervals = new Map(passesOf(entity).map(({ name, everyMs }) => [name, everyMs]))
  // A pass is due an hour early, so that a sync at the same time each day finds it due.
  expect(Object.fromEntries(intervals)).toMatchObject({
    changes: 0,
    deletes: 0,
    'changed_associations:x': 0,
    owners: hour,
    pipelines: hour,
    'associations:x': 23 * hour,
    calculated: 23 * hour,
    archived: 23 * hour,
    look_back: 23 * hour,
    audit: 23 * hour,
    reconciliation: (7 * 24 - 1) * hour,
  })
  expect(auditedRecords).toBe(200)
})

test('the dashboard has the port of the document', async () => {
  expect(document).toContain('`http://localhost:5001`')
  expect(await createProgram(['dashboard'], '0.0.0').getHelp()).toContain('[default: "5001"]')
})

test('another time zone is in the labelled view after explore and generate', () => {
  const analysis = analysisOf('generated/deals/analysis.json')
  const viewIn = (timeZone: string) =>
    renderFiles([{ ...analysis, portal: { id: 8100142, currency: 'EUR', timeZone } }]).get(
      'deals/labelled.sql',
    )
  expect(viewIn('Asia/Tokyo')).toContain(`'Asia/Tokyo'`)
  expect(viewIn('Asia/Tokyo')).not.toBe(viewIn('Europe/Berlin'))
})

function analysisOf(path: string) {
  const parsed = parseAnalysis(read(path))
  if ('analysis' in parsed) return parsed.analysis
  throw new Error(parsed.problems.join('\n'))
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
