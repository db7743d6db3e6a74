import { HubgenError } from '../../runtime/errors.ts'

/** Lists all problems of the configuration, each beginning with its place. */
export function configInvalid(file: string, problems: readonly string[]): HubgenError {
  const listed = problems.map((problem) => `\n  - ${problem}`).join('')
  return new HubgenError('CONFIG_INVALID', `the configuration is invalid:${listed}`, {
    at: file,
    fix: 'correct these places; the comments of `HubgenConfig` in `hubgen/config` list the valid settings',
  })
}
