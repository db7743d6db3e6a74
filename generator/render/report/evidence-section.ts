import type { Analysis, AnalyzedProperty, Evidence } from '../../model/analysis.ts'
import { formatShare } from '../../model/apply-evidence.ts'
import { alignRows, REPORT_COLUMNS } from '../text/align-text.ts'
import type { SummarySection } from './summary-sections.ts'

const WIDTH = REPORT_COLUMNS - 2
const NAME_COLUMNS = 50
/** Longer lists are in analysis.json. */
const LISTED_PROPERTIES = 15

type Sampled = AnalyzedProperty & { readonly evidence: Evidence }

/** Results of the sample: how often columns are filled, values that do not parse, and the longest values. */
export function evidenceSection(analysis: Analysis): SummarySection {
  const { sampledRecords } = analysis
  if (sampledRecords === null) {
    const hint = `none yet: \`hubgen explore ${analysis.entity} --sample 1000\` samples values`
    return { heading: 'Evidence from sampled values', lines: [hint] }
  }
  const sampled = analysis.properties.filter(
    (property): property is Sampled => property.evidence !== null,
  )
  return {
    heading: `Evidence from ${sampledRecords} sampled records`,
    lines: [
      ...fillLines(sampled, sampledRecords),
      ...listed("values that do not parse as HubSpot's declared type", unparsableRows(sampled)),
      ...listed('longest values, in characters', longestRows(sampled)),
    ],
  }
}

function fillLines(sampled: readonly Sampled[], records: number): string[] {
  const share = ({ evidence }: Sampled) => (records === 0 ? 0 : evidence.filled / records)
  const within = (from: number, below: number) =>
    sampled.filter((one) => one.evidence.filled > 0 && share(one) >= from && share(one) < below)
      .length
  return alignRows(
    [
      ['filled in every record', within(1, Number.POSITIVE_INFINITY)],
      ['filled in half of them or more', within(0.5, 1)],
      ['filled in fewer', within(0, 0.5)],
      ['never filled', sampled.filter(({ evidence }) => evidence.filled === 0).length],
    ],
    [40, 6],
  )
}

function unparsableRows(sampled: readonly Sampled[]): (string | number)[][] {
  return sampled
    .filter(({ evidence }) => evidence.unparsable > 0)
    .sort((a, b) => b.evidence.unparsable - a.evidence.unparsable)
    .map(({ name, type, evidence }) => [
      name,
      `${type}: ${formatShare(evidence.unparsable, evidence.filled)}`,
    ])
}

function longestRows(sampled: readonly Sampled[]): (string | number)[][] {
  return sampled
    .filter(({ evidence }) => evidence.longest > 255)
    .sort((a, b) => b.evidence.longest - a.evidence.longest)
    .map(({ name, evidence }) => [name, evidence.longest])
}

function listed(title: string, rows: readonly (readonly (string | number)[])[]): string[] {
  if (rows.length === 0) return []
  const more = rows.length - LISTED_PROPERTIES
  return [
    `${title}: ${rows.length}`,
    ...alignRows(rows.slice(0, LISTED_PROPERTIES), [NAME_COLUMNS, WIDTH - NAME_COLUMNS - 4]).map(
      (line) => `  ${line}`,
    ),
    ...(more > 0 ? [`  and ${more} more, see analysis.json`] : []),
  ]
}
