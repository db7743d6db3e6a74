import { fileURLToPath } from 'node:url'
import { type NodeProcess, type NodeResult, resultOf, startNode } from './node-process.ts'

const main = fileURLToPath(new URL('../../generator/cli/main.ts', import.meta.url))

/** Starts the command line as a process of its own, with these variables and none of the caller's. */
export function startHubgen(
  directory: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): NodeProcess {
  return startNode(directory, [main, ...args], environment)
}

/** The same, to its end. */
export function runHubgen(
  directory: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<NodeResult> {
  return resultOf(startHubgen(directory, args, environment))
}
