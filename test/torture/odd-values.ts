import type { Property } from '../../simulator/store.ts'
import type { Choices } from './choices.ts'

/** A value for a property: mostly a valid one, sometimes one that does not fit its column. */
export function valueFor(property: Property, choices: Choices): string | null {
  if (choices.chance(0.08)) return choices.one([null, ''])
  if (choices.chance(0.04)) return choices.one(['n/a', 'NaN', '1e400', 'tomorrow', '0x10', '-'])
  switch (property.type) {
    case 'number':
      return numberText(choices)
    case 'bool':
      return choices.one(['true', 'false'])
    case 'enumeration':
      return property.options.length > 0
        ? choices.one(property.options).value
        : String(choices.below(90_000_000))
    case 'date':
      return instant(choices).slice(0, 10)
    case 'datetime':
      return instant(choices)
    default:
      return text(choices)
  }
}

function numberText(choices: Choices): string {
  const digits = String(choices.below(1_000_000_000))
  return choices.one([
    digits,
    `-${digits}`,
    `${digits}.${choices.below(1_000)}5`,
    `${digits}${digits}${digits}`,
    `${choices.below(10)}.5E-${choices.below(9)}`,
  ])
}

function instant(choices: Choices): string {
  const fromMs = Date.UTC(1995, 0)
  return new Date(
    fromMs + choices.below(1_500_000_000) * 1_000 + choices.below(1_000),
  ).toISOString()
}

function text(choices: Choices): string {
  const word = `changed ${choices.below(1_000_000)}`
  return choices.one([
    word,
    word,
    `${word} 🙂 “ü”`,
    `${word}\0nul`,
    `${word} \ud83d alone`,
    `${word}\r\n\t"\\'; DROP TABLE hubspot.deal`,
    `${word} ${'x'.repeat(choices.below(5_000))}`,
  ])
}
