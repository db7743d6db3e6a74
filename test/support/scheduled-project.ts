import { installCommands, ownProcess } from './installed-commands.ts'
import { createDatabase, type TestDatabase } from './postgres.ts'
import { openProject, type Project } from './project.ts'
import { runCommand } from './run-command.ts'
import { serveCommands } from './served-commands.ts'

/** A user's folder with `node_modules/.bin/hubgen`, a migrated database, and a portal. */
export interface ScheduledProject extends AsyncDisposable {
  readonly project: Project
  readonly database: TestDatabase
  /**
   * The environment in which a shell runs the documented commands: settings, and a PATH with our `npx` first.
   */
  readonly environment: Record<string, string>
}

export async function openScheduledProject(): Promise<ScheduledProject> {
  const stack = new AsyncDisposableStack()
  const database = stack.use(await createDatabase())
  const project = stack.use(await openProject({ records: { tasks: 20 } }))
  project.environment['DATABASE_URL'] = database.url
  await project.write('package.json', '{ "type": "module" }')
  const served = stack.use(await serveCommands(runCommand))
  // Those with `--every` run until a signal.
  const run = `case " $* " in *' --every '*) ${ownProcess} ;; esac\n${served.script}`
  const path = await installCommands(project.directory, run)
  for (const args of [['explore', 'tasks'], ['generate', '--all'], ['migrate']]) {
    const { exitCode, err } = await project.hubgen(...args)
    if (exitCode !== 0) throw new Error(err)
  }
  await project.hubgen('sync', '--all', '--max-calls', '1')
  const environment = { ...project.environment, PATH: path, NO_COLOR: '1' }
  return { project, database, environment, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}
