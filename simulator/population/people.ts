import { below, mix, pick, saltOf } from './mix.ts'
import { COMPANY_STEMS, COMPANY_TAILS, FIRST_NAMES, LAST_NAMES } from './words.ts'

export interface Person {
  readonly firstName: string
  readonly lastName: string
  readonly email: string
}

export interface Company {
  readonly name: string
  readonly domain: string
}

const FIRST = saltOf('first name')
const LAST = saltOf('last name')
const STEM = saltOf('company stem')
const TAIL = saltOf('company tail')
const NUMBER = saltOf('number')

const MAIL_HOSTS = ['example.com', 'example.org', 'mail.example', 'firma.example', 'team.example']

export function personOf(seed: number): Person {
  const firstName = pick(mix(seed, FIRST), FIRST_NAMES)
  const lastName = pick(mix(seed, LAST), LAST_NAMES)
  const number = mix(seed, NUMBER)
  const local = `${latin(firstName)}.${latin(lastName)}`
  return {
    firstName,
    lastName,
    email: `${local}.${number.toString(36)}@${pick(number, MAIL_HOSTS)}`,
  }
}

export function companyOf(seed: number): Company {
  const stem = pick(mix(seed, STEM), COMPANY_STEMS)
  const draw = mix(seed, TAIL)
  const tail = pick(draw, COMPANY_TAILS)
  const number = below(mix(seed, NUMBER), 1_000_000)
  if (draw % 3 !== 0) {
    return { name: `${stem} ${tail}`, domain: `${latin(stem)}-${number}.example` }
  }
  const second = pick(mix(draw, 1), COMPANY_STEMS)
  return {
    name: `${stem} ${second} ${tail}`,
    domain: `${latin(stem)}${latin(second)}-${number}.example`,
  }
}

const latinized = new Map<string, string>()

/** The characters allowed in an address. Cached, because the same few hundred words recur. */
function latin(word: string): string {
  let plain = latinized.get(word)
  if (plain === undefined) {
    const bare = word.normalize('NFD').replace(/[^A-Za-z0-9-]/g, '')
    plain = bare === '' ? `x${saltOf(word).toString(36).slice(0, 4)}` : bare.toLowerCase()
    latinized.set(word, plain)
  }
  return plain
}
