import { join, resolve } from 'node:path'
import { askShared } from './vitest/ask-shared.ts'

/** The scripts that tests start, and where Node keeps them compiled. */
interface HubgenScripts {
  /** The command line. */
  readonly main: string
  readonly commandServer: string
  readonly readResources: string
  readonly syncBySignal: string
  /** The package, for `node_modules` of a program. */
  readonly package: string
  /** Compiled scripts, which halves the time of a short process. */
  readonly compileCache: string
}

/** Tests start processes hundreds of times, so a run of the tests bundles their scripts; other programs do not. */
export const hubgenScripts: HubgenScripts =
  process.env['VITEST'] === undefined ? sources() : bundled(await askShared('bundle'))

function sources(): HubgenScripts {
  const repository = resolve(import.meta.dirname, '../..')
  return {
    main: join(repository, 'generator/cli/main.ts'),
    commandServer: join(repository, 'test/support/command-server.ts'),
    readResources: join(repository, 'test/support/read-resources.ts'),
    syncBySignal: join(repository, 'test/support/sync-by-signal.ts'),
    package: repository,
    compileCache: join(repository, 'node_modules/.cache/node'),
  }
}

function bundled(directory: string): HubgenScripts {
  return {
    main: join(directory, 'main.js'),
    commandServer: join(directory, 'command-server.js'),
    readResources: join(directory, 'read-resources.js'),
    syncBySignal: join(directory, 'sync-by-signal.js'),
    package: directory,
    // Removed with the bundle, as compiled modules of temporary folders are of no use to another run.
    compileCache: join(directory, 'compiled'),
  }
}
