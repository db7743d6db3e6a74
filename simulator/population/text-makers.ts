import type { Maker } from './maker.ts'
import { below, mix, pick } from './mix.ts'
import { personOf } from './people.ts'
import { CITIES, COUNTRIES, JOB_TITLES, PHRASES, PRODUCT_NAMES, STREETS } from './words.ts'

export const phrase: Maker = (_subject, draw) => pick(draw, PHRASES)

export const shortText: Maker = (_subject, draw) =>
  draw % 3 === 0 ? pick(draw, JOB_TITLES) : `${pick(draw, PRODUCT_NAMES)} ${draw % 1000}`

export const paragraph: Maker = (_subject, draw) => {
  let text = pick(draw, PHRASES)
  for (let more = draw & 3; more > 0; more--) {
    text += `\n${pick(mix(draw, more), PHRASES)}`
  }
  return text
}

export const html: Maker = (_subject, draw) =>
  `<div style="" dir="auto" data-top-level="true"><p style="margin:0;">${pick(draw, PHRASES)}</p>` +
  `<ul><li>${pick(mix(draw, 1), PHRASES)}</li></ul><br>&nbsp;<a href="https://example.com/?a=1&amp;b=2">${draw % 97}</a></div>`

export const json: Maker = (_subject, draw) =>
  JSON.stringify({ version: 2, total: draw % 5000, note: pick(draw, PHRASES), tags: ['a;b', null] })

export const tierPrices: Maker = (_subject, draw) =>
  JSON.stringify([
    { range: [0, 10], price: 5 + (draw % 40) },
    { range: [11, null], price: 4.5 },
  ])

export const email: Maker = (_subject, draw) => personOf(draw).email

export const phone: Maker = (_subject, draw) => {
  const number = 1_000_000 + below(draw, 8_999_999)
  switch (draw % 4) {
    case 0:
      return `+49 30 ${number}`
    case 1:
      return `0${draw % 900} / ${number}-${draw % 90}`
    case 2:
      return `+81-3-${draw % 9000}-${number % 10_000}`
    default:
      return `+4915${number}`
  }
}

export const url: Maker = (subject, draw) =>
  `https://www.${subject.company.domain}/${(draw % 46_656).toString(36)}?utm_source=newsletter&x=%20`

export const domain: Maker = (subject) => subject.company.domain
export const city: Maker = (_subject, draw) => pick(draw, CITIES)
export const country: Maker = (_subject, draw) => pick(draw, COUNTRIES)
export const street: Maker = (_subject, draw) => `${pick(draw, STREETS)} ${1 + (draw % 180)}`
export const postalCode: Maker = (_subject, draw) => String(draw % 100_000).padStart(5, '0')
export const jobTitle: Maker = (_subject, draw) => pick(draw, JOB_TITLES)
export const productName: Maker = (_subject, draw) => pick(draw, PRODUCT_NAMES)
export const firstName: Maker = (_subject, draw) => personOf(draw).firstName
export const lastName: Maker = (_subject, draw) => personOf(draw).lastName

export const timeZone: Maker = (_subject, draw) =>
  pick(draw, ['Europe/Berlin', 'Europe/London', 'Asia/Tokyo', 'US/Eastern', 'Europe/Paris'])
export const range: Maker = (_subject, draw) => pick(draw, ['1-10', '11-50', '51-200', '10.000+'])
export const salutation: Maker = (_subject, draw) => pick(draw, ['Frau', 'Herr', 'Ms.', 'Mx.'])

/** Hexadecimal with dashes, like message ids, hashes and keys. */
export const token: Maker = (_subject, draw) => {
  const part = (at: number) => ((mix(draw, at) % 0xf000_0000) + 0x1000_0000).toString(16)
  const [middle, end] = [part(2), part(3)]
  return `${part(1)}-${middle.slice(0, 4)}-4${middle.slice(5)}-a${end.slice(5)}-0000${end}`
}

/** File ids, sometimes several joined, as in multi-file properties. */
export const fileIds: Maker = (_subject, draw) => {
  const id = String(180_000_000_000 + draw)
  return draw % 5 === 0 ? `${id};${180_000_000_001 + mix(draw, 1)}` : id
}

export const ipAddress: Maker = (_subject, draw) =>
  `${draw % 223}.${(draw >>> 8) % 256}.${(draw >>> 16) % 256}.${draw >>> 24}`

/** A reference to another record as type id and record id; HubSpot documents the type, not its form. */
export const coordinates: Maker = (_subject, draw) => `0-48-${490_000_000_000 + draw}`

/** The source of a record: `CRM_UI`, `IMPORT` and so on. */
export const objectSource: Maker = (_subject, draw) =>
  pick(draw, ['CRM_UI', 'IMPORT', 'FORM', 'INTEGRATION', 'EMAIL', 'CONVERSATIONS', 'API'])

export function fixed(value: string): Maker {
  return () => value
}
