import { HubgenError } from '../../../runtime/errors.ts'

/** What `--values` means without a number. */
const usualSample = 1_000

/**
 * How many records `--values` asks for: a number of them (`5000`, `5,000`), `all`, or without a value a
 * thousand; fails with USAGE.
 */
export function parseSample(text: string, entities: readonly string[]): number | 'all' {
  const word = text.trim().toLowerCase()
  if (word === '') return usualSample
  if (word === 'all') return 'all'
  const digits = word.replaceAll(/[,_]/g, '')
  if (/^[1-9]\d{0,8}$/.test(digits)) return Number(digits)
  // `--values deals`: the name of an entity was taken for the number.
  const names = entities.length > 0 ? entities.join(' ') : word
  const fix = /^[a-z]/.test(word)
    ? `\`hubgen verify ${names} --values\`, or \`--values all\` for every record`
    : '`hubgen verify --help`'
  throw new HubgenError(
    'USAGE',
    `\`--values\` takes a number of records or \`all\`, found \`${text}\``,
    { fix },
  )
}
