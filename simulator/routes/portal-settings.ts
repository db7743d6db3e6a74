import type { Context } from '../context.ts'
import { type Answer, jsonAnswer } from '../http/answer.ts'
import { type Call, parameter } from '../http/call.ts'
import { pageByKey, rowsOf } from '../http/pages.ts'
import { v3AndDated } from '../http/paths.ts'
import type { Route } from '../http/router.ts'

const currencies = 'settings/currencies'
const versions = v3AndDated

export const portalSettingRoutes: readonly Route[] = [
  {
    name: 'company_currency',
    method: 'GET',
    pattern: `${currencies}/company-currency`,
    versions,
    answer: readCompanyCurrency,
  },
  {
    name: 'currencies',
    method: 'GET',
    pattern: `${currencies}/codes`,
    versions,
    answer: listCurrencies,
  },
  {
    name: 'exchange_rates',
    method: 'GET',
    pattern: `${currencies}/exchange-rates`,
    versions,
    answer: listRates,
  },
  {
    name: 'current_rates',
    method: 'GET',
    pattern: `${currencies}/exchange-rates/current`,
    versions,
    answer: listCurrentRates,
  },
  {
    name: 'property_validations',
    method: 'GET',
    pattern: 'crm/property-validations/:objectType',
    versions,
    answer: listValidations,
  },
  {
    name: 'association_limits',
    method: 'GET',
    pattern: 'crm/associations/definitions/configurations/all',
    versions: ['v4', '2025-09', '2026-03', '2026-09'],
    answer: listAssociationLimits,
  },
]

const scopes = ['settings.currencies.read']

function readCompanyCurrency(_call: Call, context: Context): Answer {
  context.access.requireOneOf(scopes)
  return jsonAnswer(rowsOf(context.resources.list('currency'))[0] ?? {})
}

function listCurrencies(_call: Call, context: Context): Answer {
  context.access.requireOneOf(scopes)
  const results = rowsOf(context.resources.list('currency')).map(({ id }) => ({
    currencyCode: id,
    currencyName: id,
  }))
  return jsonAnswer({ results })
}

function listRates(call: Call, context: Context): Answer {
  context.access.requireOneOf(scopes)
  const from = call.query.get('fromCurrencyCode')
  const entries = context.resources
    .list('exchange_rate')
    .filter(({ row }) => from === null || row['fromCurrencyCode'] === from)
  return jsonAnswer(pageByKey(call, context, entries, { size: 100, most: 100 }))
}

/** The last one of every pair; not paged. */
function listCurrentRates(_call: Call, context: Context): Answer {
  context.access.requireOneOf(scopes)
  const rates = rowsOf(context.resources.list('exchange_rate'))
  const pairs = rates.map(
    (row) => [`${row['fromCurrencyCode']} ${row['toCurrencyCode']}`, row] as const,
  )
  return jsonAnswer({ results: [...new Map(pairs).values()] })
}

function listValidations(call: Call, context: Context): Answer {
  const type = context.definitions.objectType(parameter(call, 'objectType'))
  context.access.requireSchema(type)
  return jsonAnswer({ results: rowsOf(context.resources.list('property_validation', type.typeId)) })
}

/** Without the object types of a pair: only the calls for one pair name them. */
function listAssociationLimits(_call: Call, context: Context): Answer {
  const types = context.store.objectTypes()
  context.access.requireOneOf(types.flatMap((type) => type.recordScopes))
  const all = rowsOf(context.resources.list('association_type'))
  const results = all.map(({ category, typeId, label = null }) => ({
    category,
    typeId,
    ...(label === null ? {} : { label }),
    ...(label === 'Primary' ? { userEnforcedMaxToObjectIds: 1 } : {}),
  }))
  return jsonAnswer({ results })
}
