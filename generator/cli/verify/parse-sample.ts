import { HubgenError } from '../../../runtime/errors.ts'

/** Sample size of `--values` without a number. */
const usualSample = 1_000

/**
 * The number of records that `--values` asks for: a number (`5000`, `5,000`), `all`, or 1,000 if empty. Fails
 * with USAGE.
 */
export function parseSample(text: string, entities: readonly string[]): number | 'all' {
  const word = text.trim().toLowerCase()
  if (word === '') return usualSample
  if (word === 'all') return 'all'
  const digits = word.replaceAll(/[,_]/g, '')
  if (/^[1-9]\d{0,8}$/.test(digits)) return Number(digits)
  // In `--values deals` yargs takes the entity for the value.
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
