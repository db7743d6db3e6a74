import { TEAM_IDS } from '../catalogue/owners.ts'
import type { Property } from '../store.ts'
import type { Maker } from './maker.ts'
import { below, mix, pick } from './mix.ts'

export const flag: Maker = (_subject, draw) => (draw % 3 === 0 ? 'true' : 'false')

export const teamId: Maker = (_subject, draw) => pick(draw, TEAM_IDS)

export const teamIds: Maker = (_subject, draw) =>
  draw % 4 === 0 ? `${pick(draw, TEAM_IDS)};${pick(mix(draw, 1), TEAM_IDS)}` : pick(draw, TEAM_IDS)

/** One of the options, early ones more often; several joined ones if the property is a set of checkboxes. */
export function choice(property: Property): Maker {
  const values = property.options.map((option) => option.value).filter((value) => value !== '')
  if (values.length === 0) {
    return () => undefined
  }
  const one = (draw: number) => {
    const share = draw / 0x1_0000_0000
    return values[Math.floor(share * share * values.length)]
  }
  if (property.fieldType !== 'checkbox') {
    return (_subject, draw) => one(draw)
  }
  return (_subject, draw) => {
    const first = below(draw, values.length)
    const until = first + 1 + below(mix(draw, 1), Math.min(4, values.length - first))
    return values.slice(first, until).join(';')
  }
}
