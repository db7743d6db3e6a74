import { HubgenError } from '../../runtime/errors.ts'

/** Where the package describes each setting, as seen from a project. */
const settingsFile = 'node_modules/hubgen/dist/generator/config/define-config.d.ts'

/** Lists all problems of the configuration, each beginning with its place. */
export function configInvalid(file: string, problems: readonly string[]): HubgenError {
  const listed = problems.map((problem) => `\n  - ${problem}`).join('')
  return new HubgenError('CONFIG_INVALID', `the configuration is invalid:${listed}`, {
    at: file,
    fix: `correct these places; the comments in \`${settingsFile}\` list the valid settings`,
  })
}
