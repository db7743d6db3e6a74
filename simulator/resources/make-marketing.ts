import { isoInstant } from '../population/instant.ts'
import { uuidOf } from './people.ts'
import type { ResourceEntry } from './resources.ts'

const FIRST_MS = Date.parse('2025-01-07T08:00:00Z')
const DAY_MS = 86_400_000

export function makeMarketingCampaigns(): readonly ResourceEntry[] {
  return Array.from({ length: 4 }, (_, at) => ({
    key: uuidOf(0xca, at),
    parent: '',
    row: {
      id: uuidOf(0xca, at),
      createdAt: isoInstant(FIRST_MS + at * DAY_MS),
      updatedAt: isoInstant(FIRST_MS + at * 30 * DAY_MS + 17),
      businessUnits: [{ id: 0 }],
      properties: {
        hs_name: `Kampagne ${at + 1}`,
        hs_start_date: `2025-0${at + 2}-01`,
        hs_end_date: `2025-0${at + 4}-01`,
        hs_campaign_status: at === 3 ? 'planned' : 'active',
        hs_currency_code: 'EUR',
        hs_owner: '41629700',
        hs_utm: `kampagne-${at + 1}`,
        hs_object_id: String(88_001_000 + at),
        hs_budget_items_sum_amount: String(1_000 * (at + 1)),
        hs_spend_items_sum_amount: String(400.5 * (at + 1)),
      },
    },
  }))
}

/** Assets of a campaign; the type stands in the row and leaves it when it is sent. */
export function makeCampaignAssets(): readonly ResourceEntry[] {
  return Array.from({ length: 4 }, (_, at) => [
    asset(at, 'MARKETING_EMAIL', String(170_000_000_000 + at * 1_003), `Mailing ${at + 1}`),
    asset(at, 'FORM', uuidOf(0xf0, at), `Form ${at + 1}`),
    asset(at, 'STATIC_LIST', '31', 'Messe 2025'),
  ]).flat()
}

function asset(campaign: number, type: string, id: string, name: string): ResourceEntry {
  return { key: `${type}:${id}`, parent: uuidOf(0xca, campaign), row: { type, id, name } }
}

export function makeFlows(): readonly ResourceEntry[] {
  return Array.from({ length: 5 }, (_, at) => {
    const id = String(390_001_122 + at * 7)
    return {
      key: id,
      parent: '',
      row: {
        id,
        name: `Workflow ${at + 1}`,
        isEnabled: at % 2 === 0,
        flowType: at === 4 ? 'ACTION_SET' : 'WORKFLOW',
        type: at === 3 ? 'PLATFORM_FLOW' : 'CONTACT_FLOW',
        objectTypeId: at === 3 ? '0-3' : '0-1',
        revisionId: String(3 + at),
        createdAt: isoInstant(FIRST_MS + at * DAY_MS),
        updatedAt: isoInstant(FIRST_MS + at * 9 * DAY_MS + 5),
        uuid: uuidOf(0xf1, at),
        actions: [{ actionId: '1', actionTypeVersion: 0, actionTypeId: '0-4', fields: {} }],
        enrollmentCriteria: { shouldReEnroll: false, type: 'MANUAL' },
        suppressionListIds: [],
      },
    }
  })
}

/** A flow sends its e-mails as campaigns of their own. */
export function makeFlowEmails(): readonly ResourceEntry[] {
  return [0, 2].map((at) => ({
    key: String(at + 1),
    parent: '',
    row: {
      flowId: String(390_001_122 + at * 7),
      emailCampaignId: String(75_310_263 + at),
      emailContentId: String(170_000_001_003 + at),
    },
  }))
}

export function makeCurrencies(): readonly ResourceEntry[] {
  return [
    { key: 'EUR', parent: '', row: { id: 'EUR', createdAt: isoInstant(FIRST_MS) } },
    { key: 'USD', parent: '', row: { id: 'USD', createdAt: isoInstant(FIRST_MS + DAY_MS) } },
  ]
}

/** The last one of a pair is the current one. */
export function makeExchangeRates(): readonly ResourceEntry[] {
  return Array.from({ length: 6 }, (_, at) => ({
    key: String(7_001 + at),
    parent: '',
    row: {
      id: String(7_001 + at),
      fromCurrencyCode: at % 2 === 0 ? 'USD' : 'GBP',
      toCurrencyCode: 'EUR',
      conversionRate: at % 2 === 0 ? 0.91 + at / 100 : 1.17,
      effectiveAt: isoInstant(FIRST_MS + at * 30 * DAY_MS),
      createdAt: isoInstant(FIRST_MS + at * 30 * DAY_MS),
      updatedAt: isoInstant(FIRST_MS + at * 30 * DAY_MS),
      visibleInUI: true,
    },
  }))
}

/** Rules of one property each; the parent is the object type. */
export function makePropertyValidations(): readonly ResourceEntry[] {
  const rules: readonly (readonly [type: string, property: string, rules: readonly object[]])[] = [
    ['0-1', 'jobtitle', [{ ruleType: 'MAX_LENGTH', ruleArguments: ['120'] }]],
    ['0-3', 'amount', [{ ruleType: 'MIN_NUMBER', ruleArguments: ['0'] }]],
    ['0-2', 'zip', [{ ruleType: 'REGEX', ruleArguments: ['^[0-9]{4,5}$'] }]],
  ]
  return rules.map(([parent, propertyName, propertyValidationRules]) => ({
    key: propertyName,
    parent,
    row: { propertyName, propertyValidationRules },
  }))
}
