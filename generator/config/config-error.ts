import { HubgenError } from '../../runtime/errors.ts'

/** Every problem of the configuration at once, each beginning with its place. */
export function configInvalid(file: string, problems: readonly string[]): HubgenError {
  const listed = problems.map((problem) => `\n  - ${problem}`).join('')
  return new HubgenError('CONFIG_INVALID', `the configuration cannot be used:${listed}`, {
    at: file,
    fix: 'mend these places; the comments of `HubgenConfig` in `hubgen/config` say what may stand there',
  })
}
