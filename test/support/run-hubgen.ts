import { hubgenScripts } from './hubgen-scripts.ts'
import { type NodeProcess, type NodeResult, plainEnvironment, startNode } from './node-process.ts'
import { type RunningCommand, runCommand, startCommand } from './run-command.ts'

/** The script of the command line. */
export const hubgenMain: string = hubgenScripts.main

/** Starts the command line in a separate process, with only these variables. */
export function startHubgen(
  directory: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): NodeProcess {
  return startNode(directory, [hubgenMain, ...args], environment)
}

/** Runs it to its end, one command after another in a process that is started once. */
export function runHubgen(
  directory: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<NodeResult> {
  return runCommand({ directory, args, environment: plainEnvironment(environment) })
}

/** Starts it in such a process, which is free for others when the command has ended. */
export function startInServer(
  directory: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): RunningCommand {
  return startCommand({ directory, args, environment: plainEnvironment(environment) })
}
