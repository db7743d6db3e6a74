import { HubgenError } from '../../../runtime/errors.ts'

const unitSeconds = { s: 1, m: 60, h: 3_600, d: 86_400 } as const

/** Seconds of `26h`, `90m`, `2d` or `30s`, as an option takes it; fails with USAGE. */
export function parseAge(text: string, option: string, command: string): number {
  const [, count = '', unit = ''] = /^(\d{1,6}(?:\.\d{1,3})?)([smhd])$/.exec(text.trim()) ?? []
  const seconds = Number(count) * (unitSeconds[unit as keyof typeof unitSeconds] ?? 0)
  if (seconds > 0) return seconds
  throw new HubgenError(
    'USAGE',
    `\`--${option}\` takes a time such as \`26h\`, \`90m\` or \`2d\`, found \`${text}\``,
    { fix: `\`hubgen ${command} --help\`` },
  )
}
