import { parseArgs } from 'node:util'
import { nearestName } from '../generator/model/nearest-name.ts'

/** One `--option`, its values ("" for a switch) and its default. */
export interface ScriptOption {
  readonly value: string
  readonly initial: string
  readonly says: string
}

/**
 * Parses the options of a script for developers. `--help` prints them and exits; an unknown option exits with
 * 2 and suggests the nearest name.
 */
export function parseOptions<Name extends string>(
  command: string,
  about: string,
  options: Readonly<Record<Name, ScriptOption>>,
): Readonly<Record<Name, string>> {
  return parseArguments(command, about, options, []).values
}

/** The same for a script that also takes some of these `words`. */
export function parseArguments<Name extends string>(
  command: string,
  about: string,
  options: Readonly<Record<Name, ScriptOption>>,
  words: readonly string[],
): { readonly values: Readonly<Record<Name, string>>; readonly positionals: readonly string[] } {
  const names = Object.keys(options) as Name[]
  const args = process.argv.slice(2)
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(helpText(command, about, options, words))
    process.exit(0)
  }
  const given = readArguments(args, options, words)
  if (typeof given === 'string') {
    process.stderr.write(`${given}\nfix: \`${command} --help\` lists all\n`)
    process.exit(2)
  }
  const values = names.map((name) => [name, given.values[name] ?? options[name].initial] as const)
  for (const [name, value] of values) {
    if (options[name].value !== 'number' || /^\d+$/.test(value)) continue
    if (value === options[name].initial) continue
    process.stderr.write(`--${name} takes a number, not \`${value}\`\n`)
    process.exit(2)
  }
  return {
    values: Object.fromEntries(values) as Record<Name, string>,
    positionals: given.positionals,
  }
}

interface GivenArguments {
  readonly values: Readonly<Record<string, string | undefined>>
  readonly positionals: readonly string[]
}

/** The values by name and the words, or an error message. */
function readArguments(
  args: readonly string[],
  options: Readonly<Record<string, ScriptOption>>,
  words: readonly string[],
): GivenArguments | string {
  const names = Object.keys(options)
  const known = Object.fromEntries(
    Object.entries(options).map(([name, { value }]) => [
      name,
      { type: value === '' ? ('boolean' as const) : ('string' as const) },
    ]),
  )
  try {
    const allowPositionals = words.length > 0
    const given = parseArgs({ args: [...args], options: known, allowPositionals })
    const other = given.positionals.find((word) => !words.includes(word))
    if (other !== undefined) return `there is no \`${other}\`; ${meant(other, words, '')}`
    const values = Object.entries(given.values).map(([name, value]) => [name, String(value)])
    return { values: Object.fromEntries(values), positionals: given.positionals }
  } catch (error) {
    const isKnown = (arg: string) => arg.startsWith('--') && names.includes(nameOf(arg))
    const unknown = args.find((arg) => arg.startsWith('-') && !isKnown(arg))
    if (unknown === undefined) return error instanceof Error ? error.message : String(error)
    return `there is no option \`${unknown}\`; ${meant(nameOf(unknown), names, '--')}`
  }
}

/** The nearest name, or all names if none is near. */
function meant(typed: string, names: readonly string[], prefix: string): string {
  const near = nearestName(typed, names)
  if (near !== null) return `did you mean \`${prefix}${near}\`?`
  return `there are ${names.map((name) => `\`${prefix}${name}\``).join(', ')}`
}

function nameOf(arg: string): string {
  return arg.replace(/^--?/, '').split('=')[0] ?? ''
}

function helpText(
  command: string,
  about: string,
  options: Readonly<Record<string, ScriptOption>>,
  words: readonly string[],
): string {
  const lines = Object.entries(options).map(
    ([name, { value, initial, says }]) =>
      `  ${`--${name}${value === '' ? '' : ` <${value}>`}`.padEnd(30)} ${says}${initial === '' ? '' : ` (${initial} unless given)`}`,
  )
  return [
    `${command}${words.length > 0 ? ' [name…]' : ''} [options]`,
    '',
    about,
    '',
    ...lines,
    `  ${'--help'.padEnd(30)} this`,
    '',
  ].join('\n')
}
