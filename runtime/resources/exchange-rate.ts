import type { Resource } from './resource.ts'

export const exchangeRate: Resource = {
  name: 'exchange_rate',
  alias: 'exchange_rates',
  title: "Exchange rates of the portal's currencies, with their history.",
  read: 'always',
  versions: [
    {
      version: '2026-09',
      path: '/settings/currencies/2026-09/exchange-rates',
      items: 'results',
      page: { kind: 'after', in: 'query', size: 100, sizeParam: 'limit' },
    },
    {
      version: 'v3',
      until: '2027-09',
      path: '/settings/v3/currencies/exchange-rates',
      items: 'results',
      page: { kind: 'after', in: 'query', size: 100, sizeParam: 'limit' },
    },
  ],
  scopes: [['settings.currencies.read']],
  key: ['id'],
  deletes: 'absent',
  columns: {
    id: ['id', 'text'],
    from_currency_code: ['fromCurrencyCode', 'text'],
    to_currency_code: ['toCurrencyCode', 'text'],
    conversion_rate: ['conversionRate', 'numeric'],
    effective_at: ['effectiveAt', 'timestamptz'],
    created_at: ['createdAt', 'timestamptz'],
    updated_at: ['updatedAt', 'timestamptz'],
    visible_in_ui: ['visibleInUI', 'boolean'],
  },
  every: 'day',
}
