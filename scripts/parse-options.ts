import { parseArgs } from 'node:util'

/** One `--option`, its values and its default. */
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
  const given = readArguments(args, names, words)
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
  names: readonly string[],
  words: readonly string[],
): GivenArguments | string {
  const known = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]))
  try {
    const allowPositionals = words.length > 0
    const given = parseArgs({ args: [...args], options: known, allowPositionals })
    const other = given.positionals.find((word) => !words.includes(word))
    if (other === undefined) return given
    return `there is no \`${other}\`${meant(nearest(other, words))}`
  } catch (error) {
    const unknown = args.find((arg) => arg.startsWith('--') && !names.includes(nameOf(arg)))
    if (unknown === undefined) return error instanceof Error ? error.message : String(error)
    const near = nearest(nameOf(unknown), names)
    return `there is no option \`${unknown}\`${meant(near === undefined ? near : `--${near}`)}`
  }
}

function meant(near: string | undefined): string {
  return near === undefined ? '' : `; did you mean \`${near}\`?`
}

function nameOf(arg: string): string {
  return arg.slice(2).split('=')[0] ?? ''
}

/** The name that shares most pairs of letters with a typed one, and at least half of its pairs. */
function nearest(typed: string, names: readonly string[]): string | undefined {
  const pairs = (word: string) => new Set([...word].map((_, at) => word.slice(at, at + 2)))
  const shared = (name: string) => [...pairs(name)].filter((pair) => pairs(typed).has(pair)).length
  const best = names.toSorted((left, right) => shared(right) - shared(left))[0]
  return best !== undefined && shared(best) * 2 >= pairs(typed).size ? best : undefined
}

function helpText(
  command: string,
  about: string,
  options: Readonly<Record<string, ScriptOption>>,
  words: readonly string[],
): string {
  const lines = Object.entries(options).map(
    ([name, { value, initial, says }]) =>
      `  ${`--${name} <${value}>`.padEnd(30)} ${says}${initial === '' ? '' : ` (${initial} unless given)`}`,
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
