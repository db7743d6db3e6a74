import { HubgenError } from '../../runtime/errors.ts'

/** Where the package describes each setting, as seen from a project. */
const described = {
  config: 'node_modules/hubgen/dist/generator/config/define-config.d.ts',
  portals: 'node_modules/hubgen/dist/generator/config/define-portals.d.ts',
}

/** Lists all problems of the configuration, each beginning with its place. */
export function configInvalid(
  file: string,
  problems: readonly string[],
  kind: keyof typeof described = 'config',
): HubgenError {
  const listed = problems.map((problem) => `\n  - ${problem}`).join('')
  return new HubgenError('CONFIG_INVALID', `the configuration is invalid:${listed}`, {
    at: file,
    fix: `correct these places; the comments in \`${described[kind]}\` list the valid settings`,
  })
}
