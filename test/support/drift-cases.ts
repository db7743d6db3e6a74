import type { Analysis, AnalyzedProperty } from '../../generator/model/analysis.ts'
import { buildAnalysis } from '../../generator/model/build-analysis.ts'
import type { DriftKind } from '../../generator/model/drift.ts'
import { dealFacts, defineProperty } from './entity-facts.ts'

/** Deals with one of each thing that can change. */
export const dealsBefore: Analysis = buildAnalysis(
  dealFacts(
    [
      defineProperty('amount', 'number', { label: 'Amount' }),
      defineProperty('dealname', 'string', { label: 'Deal name' }),
      defineProperty('old_score', 'number', { label: 'Old score' }),
      defineProperty('risk', 'enumeration', {
        label: 'Risk',
        description: 'How sure we are',
        options: [
          { value: 'low', label: 'Low' },
          { value: 'high', label: 'High' },
        ],
      }),
      defineProperty('diagnosis', 'string', { sensitivity: 'sensitive' }),
    ],
    {
      unreadable: new Map([['diagnosis', 'Its values need a scope.']]),
      pipelines: [
        {
          id: 'default',
          label: 'Sales',
          stages: [
            { id: 'open', label: 'Open', closed: false, probability: '0.2' },
            { id: 'won', label: 'Won', closed: true, probability: '1.0' },
          ],
        },
      ],
      associations: [
        {
          entity: 'contacts',
          objectTypeId: '0-1',
          types: [{ category: 'HUBSPOT_DEFINED', typeId: 3, label: null }],
        },
      ],
      rules: [{ property: 'amount', kind: 'MIN_NUMBER', arguments: ['0'] }],
    },
  ),
  null,
  null,
).analysis

export interface AnalysisCase {
  readonly kind: DriftKind
  readonly change: (analysis: Analysis) => Analysis
  readonly words: string
  readonly markdown?: string
  readonly record?: { readonly subject?: string; before?: string | null; after?: string | null }
  /** Names that HubSpot still lists; every one by default. */
  readonly unlisted?: string
}

/** Deals before, with one property changed. */
export function changing(name: string, change: Partial<AnalyzedProperty>) {
  return (analysis: Analysis): Analysis => ({
    ...analysis,
    properties: analysis.properties.map((property) =>
      property.name === name ? { ...property, ...change } : property,
    ),
  })
}

const added: AnalyzedProperty = {
  ...defineProperty('renewal_risk', 'enumeration', { label: 'Renewal risk' }),
  column: {
    name: 'property_renewal_risk',
    type: 'text',
    reason: 'HubSpot declares `enumeration`.',
  },
  evidence: null,
}
const numeric = { name: 'property_amount', type: 'numeric', reason: 'Declared.' } as const
const [pipeline] = dealsBefore.pipelines
const types = [{ category: 'HUBSPOT_DEFINED', typeId: 1, label: null }]
const emailRule = { property: 'dealname', kind: 'EMAIL', arguments: [] }
const stages = pipeline?.stages ?? []

export const propertyCases: readonly AnalysisCase[] = [
  {
    kind: 'property_added',
    change: (analysis) => ({ ...analysis, properties: [...analysis.properties, added] }),
    words:
      'deals: property "Renewal risk" (renewal_risk, enumeration) added → column property_renewal_risk text',
    markdown:
      'property "`Renewal risk`" (`renewal_risk`, `enumeration`) added → column `property_renewal_risk` `text`',
    record: { subject: 'renewal_risk', before: null, after: 'property_renewal_risk text' },
  },
  {
    kind: 'property_archived',
    change: changing('amount', { archived: true }),
    words:
      'deals: property "Amount" (amount, number) archived → column property_amount stays and is no longer synced',
    record: { subject: 'amount', before: 'live', after: 'archived' },
  },
  {
    kind: 'property_removed',
    change: changing('amount', { archived: true }),
    unlisted: 'amount',
    words:
      'deals: property "Amount" (amount, number) is gone from HubSpot → column property_amount stays and is no longer synced',
  },
  {
    kind: 'property_removed',
    change: (analysis) => ({ ...analysis, properties: analysis.properties.slice(1) }),
    words: 'deals: property "Amount" (amount, number) no longer has a column',
    record: { before: 'property_amount numeric', after: null },
  },
  {
    kind: 'property_excluded',
    change: changing('amount', { archived: true, excluded: true }),
    words:
      'deals: property "Amount" (amount, number) is left out by hubgen.config.ts → column property_amount stays and is no longer synced',
  },
  {
    kind: 'property_remade',
    change: changing('amount', {
      createdAt: '2026-11-02T08:00:00Z',
      remadeAt: '2026-11-02T08:00:00Z',
    }),
    words:
      'deals: property "Amount" (amount, number) was deleted and made again in HubSpot (2026-11-02) → column property_amount is read again for all records',
    record: { subject: 'amount', before: null, after: '2026-11-02T08:00:00Z' },
  },
  {
    kind: 'type_changed',
    change: changing('amount', { type: 'string' }),
    words:
      'deals: property "Amount" (amount, number) is now string in HubSpot → column property_amount stays numeric',
    record: { before: 'number', after: 'string' },
  },
  {
    kind: 'column_renamed',
    change: changing('amount', { column: { ...numeric, name: 'size' } }),
    words:
      'deals: property "Amount" (amount, number): has a new column size; property_amount keeps its values and is no longer synced',
    record: { before: 'property_amount', after: 'size' },
  },
  {
    kind: 'column_retyped',
    change: changing('amount', {
      column: { ...numeric, name: 'property_amount__text', type: 'text' },
      earlierColumns: [numeric],
    }),
    words:
      'deals: property "Amount" (amount, number): column property_amount__text text added; property_amount numeric stays',
  },
  {
    kind: 'column_retyped',
    change: changing('amount', { column: { ...numeric, type: 'text' } }),
    words:
      'deals: property "Amount" (amount, number): column property_amount is now text instead of numeric',
  },
  {
    kind: 'label_changed',
    change: changing('amount', { label: 'Value|*`x`\n@team' }),
    words: 'deals: property amount: label "Amount" → "Value|*`x` @team"',
    markdown: 'property `amount`: label "`Amount`" → "``Value\\|*`x` @team``"',
    record: { before: 'Amount', after: 'Value|*`x`\n@team' },
  },
  {
    kind: 'description_changed',
    change: changing('risk', { description: `Sure\u202e ${'x'.repeat(100)}` }),
    words: `deals: property risk: description "How sure we are" → "Sure\\u202E ${'x'.repeat(53)}…"`,
  },
  {
    kind: 'group_changed',
    change: changing('risk', { group: '' }),
    words: 'deals: property risk: group "dealinformation" → ""',
    markdown: 'property `risk`: group "`dealinformation`" → "(empty)"',
  },
  {
    kind: 'definition_changed',
    change: changing('risk', { hidden: true }),
    words: 'deals: property risk: hidden no → yes',
    record: { before: 'no', after: 'yes' },
  },
  {
    kind: 'definition_changed',
    change: changing('amount', { column: { ...numeric, reason: 'Because.' } }),
    words: 'deals: property amount: reason of its column: Because.',
  },
  {
    kind: 'definition_changed',
    change: changing('amount', { referencedObjectType: 'OWNER' }),
    words: 'deals: property amount: refers to nothing → OWNER',
  },
  {
    kind: 'option_added',
    change: changing('risk', {
      options: [
        { value: 'low', label: 'Low' },
        { value: 'high', label: 'High' },
        { value: 'none', label: '' },
      ],
    }),
    words: 'deals: property risk: option none added',
    record: { subject: 'risk', after: 'none' },
  },
  {
    kind: 'option_removed',
    change: changing('risk', { options: [{ value: 'low', label: 'Low' }] }),
    words: 'deals: property risk: option "High" (high) removed',
  },
  {
    kind: 'option_changed',
    change: changing('risk', {
      options: [
        { value: 'low', label: 'Small' },
        { value: 'high', label: 'High' },
      ],
    }),
    words: 'deals: property risk: option low: label "Low" → "Small"',
    record: { before: 'Low', after: 'Small' },
  },
  {
    kind: 'option_changed',
    change: changing('risk', {
      options: [
        { value: 'high', label: 'High' },
        { value: 'low', label: 'Low' },
      ],
    }),
    words: 'deals: property risk: its options are in another order',
  },
  {
    kind: 'option_changed',
    change: changing('risk', {
      options: [
        { value: 'low', label: 'Low', hidden: true },
        { value: 'high', label: 'High' },
      ],
    }),
    words: 'deals: property risk: option low is now hidden in forms',
  },
  {
    kind: 'evidence_changed',
    change: changing('amount', {
      evidence: {
        filled: 1,
        longest: 2,
        unparsable: 0,
        shapes: [],
        integerDigits: 2,
        decimalDigits: 0,
      },
    }),
    words: 'deals: property amount: statistics of sampled values changed',
  },
]

export const entityCases: readonly AnalysisCase[] = [
  {
    kind: 'identity_changed',
    change: (analysis) => ({ ...analysis, keyProperty: 'amount' }),
    words: 'deals: key property dealname → amount',
    record: { subject: 'deals', before: 'dealname', after: 'amount' },
  },
  {
    kind: 'identity_changed',
    change: (analysis) => ({ ...analysis, schema: 'crm' }),
    words: 'deals: table hubspot.deal → crm.deal',
  },
  {
    kind: 'identity_changed',
    change: (analysis) => ({ ...analysis, extraIndexes: ['amount'] }),
    words: 'deals: extra indexes none → amount',
  },
  {
    kind: 'entity_relabelled',
    change: (analysis) => ({
      ...analysis,
      objectType: { ...analysis.objectType, pluralLabel: 'Opportunities' },
    }),
    words: 'deals: plural label Deals → Opportunities',
  },
  {
    kind: 'group_added',
    change: (analysis) => ({
      ...analysis,
      groups: [...analysis.groups, { name: 'extra', label: 'Extra' }],
    }),
    words: 'deals: group "Extra" (extra) added',
  },
  {
    kind: 'group_removed',
    change: (analysis) => ({ ...analysis, groups: [] }),
    words: 'deals: group "Deal information" (dealinformation) removed',
  },
  {
    kind: 'group_relabelled',
    change: (analysis) => ({ ...analysis, groups: [{ name: 'dealinformation', label: 'Info' }] }),
    words: 'deals: group dealinformation: label "Deal information" → "Info"',
  },
  {
    kind: 'pipeline_added',
    change: (analysis) => ({
      ...analysis,
      pipelines: [...analysis.pipelines, { id: 'p2', label: 'Partners', stages }],
    }),
    words: 'deals: pipeline "Partners" (p2) added, with 2 stages',
  },
  {
    kind: 'pipeline_removed',
    change: (analysis) => ({ ...analysis, pipelines: [] }),
    words: 'deals: pipeline "Sales" (default) removed',
  },
  {
    kind: 'pipeline_changed',
    change: (analysis) => ({ ...analysis, pipelines: [{ id: 'default', label: 'Leads', stages }] }),
    words: 'deals: pipeline default: label "Sales" → "Leads"',
  },
  {
    kind: 'stage_added',
    change: withStages([...stages, { id: 'lost', label: 'Lost', closed: null, probability: null }]),
    words: 'deals: pipeline "Sales" (default): stage "Lost" (lost) added',
    record: { subject: 'lost', after: 'Lost' },
  },
  {
    kind: 'stage_removed',
    change: withStages(stages.slice(0, 1)),
    words: 'deals: pipeline "Sales" (default): stage "Won" (won) removed',
  },
  {
    kind: 'stage_changed',
    change: withStages(stages.map((stage) => ({ ...stage, closed: true }))),
    words: 'deals: pipeline "Sales" (default): stage open: closed no → yes',
  },
  {
    kind: 'stage_changed',
    change: withStages(stages.toReversed()),
    words: 'deals: pipeline "Sales" (default): its stages are in another order',
  },
  {
    kind: 'rule_added',
    change: (analysis) => ({ ...analysis, rules: [...(analysis.rules ?? []), emailRule] }),
    words: 'deals: validation rule EMAIL of dealname added: no arguments',
    record: { subject: 'dealname', after: 'EMAIL' },
  },
  {
    kind: 'rule_removed',
    change: ({ rules: _, ...analysis }) => analysis,
    words: 'deals: validation rule MIN_NUMBER of amount removed',
  },
  {
    kind: 'rule_changed',
    change: (analysis) => ({
      ...analysis,
      rules: [{ property: 'amount', kind: 'MIN_NUMBER', arguments: ['5'] }],
    }),
    words: 'deals: validation rule MIN_NUMBER of amount: 0 → 5',
  },
  {
    kind: 'association_added',
    change: (analysis) => ({
      ...analysis,
      associations: [
        ...analysis.associations,
        { entity: 'tickets', objectTypeId: '0-5', types: [] },
      ],
    }),
    words: 'deals: can be associated with tickets',
    record: { after: null },
  },
  {
    kind: 'association_added',
    change: (analysis) => ({
      ...analysis,
      associations: [...analysis.associations, { entity: 'companies', objectTypeId: '0-2', types }],
    }),
    words: 'deals: can be associated with companies → new table hubspot.deal_company',
    markdown: 'can be associated with `companies` → new table `hubspot.deal_company`',
    record: { subject: 'companies', before: null, after: 'hubspot.deal_company' },
  },
  {
    kind: 'association_added',
    change: (analysis) => ({
      ...analysis,
      associations: [...analysis.associations, { entity: 'calls', objectTypeId: '0-48', types }],
    }),
    words:
      'deals: can be associated with calls → its links are in table hubspot.call_deal, generated with calls',
  },
  {
    kind: 'association_removed',
    change: (analysis) => ({ ...analysis, associations: [] }),
    words:
      'deals: can no longer be associated with contacts → table hubspot.deal_contact keeps its rows and is no longer synced',
    record: { before: 'hubspot.deal_contact', after: null },
  },
  {
    kind: 'association_changed',
    change: (analysis) => ({
      ...analysis,
      associations: [
        {
          entity: 'contacts',
          objectTypeId: '0-1',
          types: [{ category: 'USER_DEFINED', typeId: 7, label: 'Payer' }],
        },
      ],
    }),
    words: 'deals: association types to contacts: HUBSPOT_DEFINED 3 → USER_DEFINED 7 "Payer"',
  },
  {
    kind: 'association_changed',
    change: (analysis) => ({
      ...analysis,
      associations: analysis.associations.map((one) => ({ ...one, types: [] })),
    }),
    words:
      'deals: association types to contacts: HUBSPOT_DEFINED 3 → none → table hubspot.deal_contact keeps its rows and is no longer synced',
  },
  {
    kind: 'skipped_added',
    change: (analysis) => ({
      ...analysis,
      skipped: [
        ...analysis.skipped,
        { name: 'iban', label: 'IBAN', type: 'string', reason: 'Its values need a scope.' },
      ],
    }),
    words: 'deals: property "IBAN" (iban, string) has no column: Its values need a scope.',
  },
  {
    kind: 'skipped_removed',
    change: (analysis) => ({ ...analysis, skipped: [] }),
    words: 'deals: property diagnosis (string), which had no column, is no longer skipped',
  },
  {
    kind: 'skipped_changed',
    change: (analysis) => ({
      ...analysis,
      skipped: analysis.skipped.map((one) => ({ ...one, reason: 'Another one.' })),
    }),
    words: 'deals: property diagnosis (string) still has no column: Another one.',
  },
  {
    kind: 'evidence_changed',
    change: (analysis) => ({ ...analysis, sampledRecords: 500 }),
    words: 'deals: records sampled for evidence: none → 500',
  },
]

function withStages(changed: typeof stages) {
  return (analysis: Analysis): Analysis => ({
    ...analysis,
    pipelines: [{ id: 'default', label: 'Sales', stages: changed }],
  })
}
