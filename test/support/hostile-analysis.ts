import fc from 'fast-check'
import type { Analysis } from '../../generator/model/analysis.ts'
import { buildAnalysis, type PropertyDefinition } from '../../generator/model/build-analysis.ts'
import { anyCharacter } from './any-character.ts'
import { dealFacts } from './entity-facts.ts'

const FRAGMENTS = [
  '*/',
  '/*',
  '//',
  '${',
  '}',
  '`',
  '```',
  '$$',
  '$1',
  "'",
  "''",
  '"',
  '\\',
  "\\'",
  '--',
  ';',
  '; DROP SCHEMA hubspot CASCADE; --',
  "'); DELETE FROM canary; --",
  '; COMMIT; CREATE ROLE intruder; --',
  '\n',
  '\r\n',
  '\u2028',
  '\u2029',
  '\0',
  '\u202E',
  '\u200F',
  '\u{E0041}',
  '\uD800',
  '</script>',
  '<!--',
  '|',
  '@ts-nocheck',
  '{{header}}',
  ':variable',
  '\\gexec',
  ' ',
  'ü',
  '👩‍👩‍👧',
]

/** Text with a meaning in one of the output languages if it were inserted unescaped. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 6 }).map((parts) => parts.join('')),
  fc.string({ unit: anyCharacter, maxLength: 20 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
)

const option = fc.record({
  value: fc.oneof(hostileText, fc.constantFrom('__proto__', 'constructor', '1')),
  label: hostileText,
})

const definition: fc.Arbitrary<PropertyDefinition> = fc.record({
  name: fc.oneof(
    hostileText.filter((name) => name !== ''),
    fc.constantFrom('dealstage', 'pipeline', 'hubspot_owner_id', 'hs_product_id', 'amount'),
  ),
  label: hostileText,
  description: hostileText,
  group: hostileText,
  type: fc.constantFrom('string', 'number', 'enumeration', 'bool', 'date', 'datetime', '*/'),
  fieldType: fc.oneof(hostileText, fc.constant('checkbox')),
  options: fc.array(option, { maxLength: 3 }),
  calculated: fc.boolean(),
  externalOptions: fc.boolean(),
  referencedObjectType: fc.option(fc.constantFrom('OWNER', 'COMPANY', "';--")),
  hubspotDefined: fc.boolean(),
  hidden: fc.boolean(),
  unique: fc.boolean(),
  sensitivity: fc.constantFrom('non_sensitive', 'sensitive'),
  archived: fc.constant(false),
})

const stage = fc.record({
  id: hostileText,
  label: hostileText,
  closed: fc.option(fc.boolean()),
  probability: fc.option(fc.oneof(hostileText, fc.constant('0.2'))),
})

const rule = fc.record({
  property: fc.oneof(
    fc.constantFrom('dealstage', 'amount', 'pipeline'),
    hostileText.filter((name) => name !== ''),
  ),
  kind: fc.constantFrom('REGEX', 'MAX_LENGTH', 'MIN_NUMBER', 'EMAIL_ALLOWED_DOMAINS', 'URL', '*/'),
  arguments: fc.array(hostileText, { maxLength: 2 }),
})

/** An analysis of deals in which every text is hostile and every name is one that HubSpot never checks. */
export const hostileAnalysis: fc.Arbitrary<Analysis> = fc
  .record({
    definitions: fc.uniqueArray(definition, { selector: ({ name }) => name, maxLength: 8 }),
    groups: fc.array(fc.record({ name: hostileText, label: hostileText }), { maxLength: 3 }),
    pipelines: fc.array(
      fc.record({
        id: hostileText,
        label: hostileText,
        stages: fc.array(stage, { maxLength: 3 }),
      }),
      { maxLength: 2 },
    ),
    rules: fc.array(rule, { maxLength: 3 }),
    label: hostileText,
    association: hostileText,
    unreadable: fc.boolean(),
  })
  .map(({ definitions, groups, pipelines, rules, label, association, unreadable }) => {
    const [first] = definitions
    const facts = dealFacts(definitions, {
      objectType: {
        id: '0-3',
        name: 'deals',
        singularLabel: label,
        pluralLabel: label,
        custom: false,
      },
      portal: { id: 8100142, timeZone: label, currency: label },
      keyProperty: first?.name ?? null,
      modifiedProperty: label || 'hs_lastmodifieddate',
      unreadable: new Map(unreadable && first !== undefined ? [[first.name, label]] : []),
      groups,
      pipelines,
      rules,
      associations: [
        {
          entity: 'contacts',
          objectTypeId: '0-1',
          types: [{ category: 'USER_DEFINED', typeId: 1, label: association }],
        },
      ],
    })
    const { analysis } = buildAnalysis(facts, null, null)
    return { ...analysis, compat: 'fivetran' as const }
  })
