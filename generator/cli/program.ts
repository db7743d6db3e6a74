import yargs, { type Argv, type CommandModule } from 'yargs'
import { HubgenError } from '../../runtime/errors.ts'
import { expectedExitCode } from '../../runtime/terminal/report-failure.ts'
import { nearestName } from '../model/nearest-name.ts'
import { adoptCommand } from './adopt/adopt.ts'
import { alertCommand } from './alert/alert.ts'
import { cancelCommand } from './cancel/cancel.ts'
import { checkCommand } from './check/check.ts'
import { commandOf } from './command-of.ts'
import { compareCommand } from './compare/compare.ts'
import { dashboardCommand } from './dashboard/dashboard.ts'
import { databaseCommand } from './database.ts'
import { diffCommand } from './diff/diff.ts'
import { doctorCommand } from './doctor/doctor.ts'
import { eraseCommand } from './erase/erase.ts'
import { exploreCommand } from './explore/explore.ts'
import { generateCommand } from './generate/generate.ts'
import { initCommand } from './init/init.ts'
import { migrateCommand } from './migrate/migrate.ts'
import { portalsCommand } from './portals/portals.ts'
import { quarantineCommand } from './quarantine/quarantine.ts'
import { replayCommand } from './replay/replay.ts'
import { reportCommand } from './report/report.ts'
import { simulateCommand } from './simulate/simulate.ts'
import { squashCommand } from './squash/squash.ts'
import { statusCommand } from './status/status.ts'
import { syncCommand } from './sync/sync.ts'
import { verifyCommand } from './verify/verify.ts'
import { workerCommand } from './worker/worker.ts'

/**
 * In the order in which a new user needs them.
 * docs/commands.md lists them, too.
 */
export const commands: readonly Pick<CommandModule, 'command' | 'describe'>[] = [
  initCommand,
  exploreCommand,
  generateCommand,
  migrateCommand,
  syncCommand,
  cancelCommand,
  statusCommand,
  checkCommand,
  alertCommand,
  reportCommand,
  doctorCommand,
  verifyCommand,
  quarantineCommand,
  replayCommand,
  eraseCommand,
  diffCommand,
  squashCommand,
  compareCommand,
  adoptCommand,
  portalsCommand,
  workerCommand,
  dashboardCommand,
  databaseCommand,
  simulateCommand,
]

/** How help is written. */
export interface HelpView {
  /** The words to type before `hubgen`, e.g. `npx `. */
  readonly launcher: string
  /** Wraps the help; null, for a pipe, to leave lines whole. */
  readonly columns: number | null
}

/**
 * The command line: every command with its options and help. A wrong command or option rejects with a
 * HubgenError `USAGE`; a handler rejects with whatever it throws.
 */
export function createProgram(
  args: readonly string[],
  version: string,
  { launcher, columns }: HelpView = { launcher: '', columns: null },
): Argv {
  const program = yargs(args.length === 0 ? ['--help'] : args)
    .scriptName(`${launcher}hubgen`)
    .usage('Copies a HubSpot portal into Postgres, through generated code that you can review.')
    .option('directory', {
      alias: 'd',
      type: 'string',
      default: 'generated',
      describe: 'Folder of the generated files',
      global: true,
    })
    .option('portal', {
      type: 'string',
      describe: 'Portal of hubgen.portals.ts to run it for',
      global: true,
    })
    .demandCommand(1, 'Which command? A first run is `hubgen explore deals`.')
    .recommendCommands()
    .strict()
    .check((argv) => {
      const repeated = findRepeated(argv)
      if (repeated === undefined) return true
      throw usageError(args, `\`--${repeated}\` is given twice`)
    })
    .version(version)
    .alias('help', 'h')
    .wrap(columns)
    .epilogue(
      'Settings come from the environment or from .env; .env.example lists them.\n' +
        'To try hubgen without a HubSpot token, run `hubgen simulate`.',
    )
    .exitProcess(false)
    .fail((message, error, help) => {
      // For some usage errors (`--from` without a path) yargs passes an error instead of a message.
      if (error && error.name !== 'YError') throw error
      const said = error ? error.message : message
      throw unknownOption(args, said, help) ?? wordMissing(args, said) ?? usageError(args, said)
    })
  // Each handler gets the arguments of its own builder; the commands have no common argument type.
  for (const command of commands) program.command(command as CommandModule)
  return program
}

/** The options that may be given more than once. */
const repeatable = new Set(['records', 'fault', 'scopes', 'also'])

/** Yargs makes an array of the values of a repeated option, which no handler expects. */
function findRepeated(argv: Readonly<Record<string, unknown>>): string | undefined {
  return Object.keys(argv).find(
    (name) =>
      Array.isArray(argv[name]) && name.length > 1 && !repeatable.has(name) && !isPositional(name),
  )
}

/** Positionals with several words are declared as `sync [entity..]` or `erase <entity> <id..>`. */
function isPositional(name: string): boolean {
  return commands
    .map(({ command }) => String(command))
    .some((command) => command.includes(`[${name}..]`) || command.includes(`<${name}..>`))
}

/** The options that a yargs program has declared; yargs's types leave this out. */
interface DeclaredOptions {
  getOptions(): { readonly key: Readonly<Record<string, unknown>> }
}

/** The actual argument of `fail`: the help of the parsed command, by option. */
interface CommandHelp {
  getDescriptions?(): Readonly<Record<string, unknown>>
}

function unknownOption(
  args: readonly string[],
  message: string,
  help: Argv & CommandHelp,
): HubgenError | null {
  const command = findCommand(args)
  if (command === undefined && commandOf(args) !== undefined) return null
  const [, listed = ''] = /^Unknown arguments?: (.*)/.exec(message) ?? []
  const typed = args.filter((argument) =>
    command === undefined ? isUnknownToAll(argument) : isUnknown(argument, listed.split(', ')),
  )
  if (typed.length === 0) return null
  const program = command === undefined ? 'hubgen' : `hubgen ${nameOf(command)}`
  const known = command === undefined ? globalOptions : namesIn(help)
  const near = typed.flatMap((argument) => nearestName(wordOf(argument), known) ?? [])
  const meant = near.map((name) => `\`--${name}\``)
  if (meant.length === 0) meant.push(...typed.flatMap((argument) => findElsewhere(argument)))
  return new HubgenError(
    'USAGE',
    `\`${program}\` has no option ${typed.map((argument) => `\`${argument.split('=')[0]}\``).join(', ')}`,
    {
      fix:
        meant.length === 0
          ? `\`${program} --help\` lists them`
          : `did you mean ${meant.join(' and ')}? \`${program} --help\` lists all`,
    },
  )
}

/** The options without a command; `-h` and `-d` are short for the first two. */
const globalOptions: readonly string[] = ['help', 'directory', 'portal', 'version']

/** Without a command yargs complains only about the missing command. */
function isUnknownToAll(argument: string): boolean {
  return argument.startsWith('-') && ![...globalOptions, 'h', 'd'].includes(wordOf(argument))
}

/** Whether yargs listed this option as unknown: `--ful`, `--ful=1`, `--no-ful`; of `-ful` it lists the letters. */
function isUnknown(argument: string, unknown: readonly string[]): boolean {
  const letters = /^-([a-z]+)/.exec(argument)?.[1]
  if (letters !== undefined) return [...letters].some((letter) => unknown.includes(letter))
  return argument.startsWith('--') && unknown.includes(wordOf(argument))
}

/** `ful` of `--ful=1`. */
function wordOf(argument: string): string {
  return argument.replace(/^--?(no-)?/, '').replace(/=.*/s, '')
}

/** Names of options; those with capitals are yargs's aliases of hyphenated ones. */
function namesIn({ getDescriptions }: CommandHelp): readonly string[] {
  return Object.keys(getDescriptions?.() ?? {}).filter((name) => /^[a-z-]{2,}$/.test(name))
}

/** The first command that has an option with a similar name. */
function findElsewhere(argument: string): readonly string[] {
  for (const declared of commands) {
    const { command, builder } = declared as CommandModule
    if (typeof builder !== 'function') continue
    const { key } = (builder(yargs([])) as Argv & DeclaredOptions).getOptions()
    const name = nearestName(wordOf(argument), Object.keys(key))
    if (name !== null) return [`\`hubgen ${nameOf(String(command))} --${name}\``]
  }
  return []
}

/** The error for a command without its required words. */
function wordMissing(args: readonly string[], message: string): HubgenError | null {
  const command = findCommand(args)
  if (command === undefined || !message.startsWith('Not enough non-option arguments')) return null
  return new HubgenError('USAGE', `\`hubgen ${nameOf(command)}\` needs more arguments`, {
    fix: `type \`hubgen ${command}\`; \`hubgen ${nameOf(command)} --help\` has an example`,
  })
}

/** The declaration of the typed command, e.g. `erase <entity> <id..>`. */
function findCommand(args: readonly string[]): string | undefined {
  const typed = commandOf(args)
  return commands.map(({ command }) => String(command)).find((command) => nameOf(command) === typed)
}

function nameOf(command: string): string {
  return command.split(' ')[0] ?? command
}

function usageError(args: readonly string[], message: string): HubgenError {
  const typed = commandOf(args)
  if (typed === undefined)
    return new HubgenError('USAGE', oneLine(message), { fix: '`hubgen --help`' })
  const names = commands.map(({ command }) => nameOf(String(command)))
  if (names.includes(typed)) {
    return new HubgenError('USAGE', oneLine(message), { fix: `\`hubgen ${typed} --help\`` })
  }
  const nearest = nearestName(typed, names)
  return new HubgenError('UNKNOWN_COMMAND', `there is no command \`${typed}\``, {
    fix: nearest === null ? '`hubgen --help` lists them' : `did you mean \`hubgen ${nearest}\`?`,
  })
}

/** The exit code of an expected failure: 2 for commands whose 1 means "they differ", as with diff(1). */
export function failureExitCode(args: readonly string[]): number {
  return ['check', 'compare', 'diff', 'doctor', 'status', 'verify'].includes(commandOf(args) ?? '')
    ? 2
    : expectedExitCode
}

/** The effect of a reader that closes standard output early, as `hubgen … | head -1` does. */
export type ClosedOutput = 'cancel' | 'finish' | 'stop'

/**
 * A sync is cancelled and a command that serves until Ctrl-C stops; every other command finishes, because its
 * exit code is the answer.
 */
export function whenOutputCloses(args: readonly string[]): ClosedOutput {
  const command = commandOf(args) ?? ''
  if (command === 'sync') return 'cancel'
  return ['dashboard', 'database', 'simulate', 'worker'].includes(command) ? 'stop' : 'finish'
}

function oneLine(message: string): string {
  return message
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ')
}
