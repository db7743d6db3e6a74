import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { mkdirSync, statSync } from 'node:fs'
import { HubgenError } from '../../../runtime/errors.ts'
import type { Portal } from '../../config/read-portals-file.ts'
import { portalArguments } from '../../project/portals/portal-environment.ts'
import { commandOf } from '../command-of.ts'

interface PortalCommand {
  readonly portal: Portal
  readonly args: readonly string[]
  /** All of its variables. */
  readonly environment: NodeJS.ProcessEnv
  readonly stdio: StdioOptions
}

/** Starts this program again for one portal, in its folder. Fails with FILE_UNREADABLE without a folder. */
export function startForPortal({ portal, args, environment, stdio }: PortalCommand): ChildProcess {
  const { name, folder } = portal
  const command = commandOf(args)
  // A new portal begins with it.
  if (command === 'explore') mkdirSync(folder, { recursive: true })
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new HubgenError('FILE_UNREADABLE', `the portal \`${name}\` has no folder yet`, {
      at: folder,
      fix: `\`hubgen explore --all --portal ${name}\` makes it; or set \`folder\` in hubgen.portals.ts`,
    })
  }
  const program = process.argv[1] ?? ''
  return spawn(process.execPath, [...process.execArgv, program, ...portalArguments(portal, args)], {
    cwd: folder,
    env: environment,
    stdio,
  })
}
