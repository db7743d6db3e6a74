import type { ArgumentsCamelCase, Argv, CommandModule } from 'yargs'

/** The arguments that `createProgram` declares for every command. */
export interface GlobalArguments {
  readonly directory: string
}

export interface EntityArguments extends GlobalArguments {
  readonly entity: readonly string[]
}

interface CommandDefinition<Arguments> {
  readonly command: string
  readonly describe: string
  readonly builder: (yargs: Argv<GlobalArguments>) => Argv<Arguments>
  readonly handler: (args: ArgumentsCamelCase<Arguments>) => void | Promise<void>
}

/** A command whose handler takes exactly the arguments that its builder declares. */
export function defineCommand<Arguments>(
  definition: CommandDefinition<Arguments>,
): CommandModule<GlobalArguments, Arguments> {
  return definition
}

/** Declares `--portals` for a command that can run for every portal; `run-program.ts` reads it. */
export function withPortals<Arguments>(yargs: Argv<Arguments>) {
  return yargs.option('portals', {
    type: 'string',
    describe: '`all`: for every portal of hubgen.portals.ts',
  })
}

/** Declares the entities of `command [entity..]`. */
export function withEntities(yargs: Argv<GlobalArguments>, describe: string) {
  return yargs.positional('entity', { type: 'string', array: true, default: [], describe })
}
