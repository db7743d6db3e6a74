/** The word of each package manager that runs a program of the project: the agent that it states to it. */
const launchers: Readonly<Record<string, string>> = {
  npm: 'npx ',
  pnpm: 'pnpm exec ',
  yarn: 'yarn ',
  bun: 'bunx ',
}

/**
 * The words that a user has to type before `hubgen`, e.g. `npx `: a package manager started the program, or
 * the user gave the path of a project's own copy. Empty if `hubgen` alone was typed.
 */
export function launcherOf(environment: NodeJS.ProcessEnv, script: string | undefined): string {
  const [agent = ''] = (environment['npm_config_user_agent'] ?? '').split('/')
  const launcher = launchers[agent]
  if (launcher !== undefined) return launcher
  return /[\\/]node_modules[\\/](?:\.bin|hubgen)[\\/]/.test(script ?? '') ? 'npx ' : ''
}

/** Where a command begins: in backticks, after `next:`, `&&` or the indentation of a line; styled or not. */
const command = new RegExp(
  `(\`|&& |next: |^ +)((?:${String.fromCharCode(27)}\\[\\d+m)?)(hubgen)(?= )`,
  'gm',
)

/** Puts the launcher before each command in a text for people, and `--portal` into it if it was run for a portal. */
export function asTyped(text: string, launcher: string, portal = ''): string {
  const option = portal === '' ? '' : ` --portal ${portal}`
  if (launcher === '' && option === '') return text
  return text.replace(command, `$1$2${launcher}$3${option}`)
}
