import { spawn } from 'node:child_process'
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

interface ProjectOptions {
  readonly directory: string
  /** hubgen's `generated/compat`. */
  readonly compat: string
  /** The folder with the package and the packages that it needs. */
  readonly packages: string
  readonly databaseUrl: string
}

/** A dbt project without models of its own, with the generated settings and sources. Returns its folder. */
export async function makeProject(options: ProjectOptions): Promise<string> {
  const { directory, compat, packages, databaseUrl } = options
  await mkdir(join(directory, 'models'), { recursive: true })
  await symlink(packages, join(directory, 'dbt_packages'))
  const settings = await readFile(join(compat, 'dbt.yml'), 'utf8')
  const header = `name: hubgen
version: '1.0'
config-version: 2
profile: default
model-paths: [models]
flags: {send_anonymous_usage_stats: false}
`
  await writeFile(join(directory, 'dbt_project.yml'), `${header}${settings}`)
  await cp(join(compat, 'sources.yml'), join(directory, 'models/sources.yml'))
  const url = new URL(databaseUrl)
  const output = {
    type: 'postgres',
    host: url.hostname,
    port: Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    dbname: url.pathname.slice(1),
    schema: "{{ env_var('HUBGEN_DBT_SCHEMA') }}",
    threads: 4,
  }
  const profiles = { default: { target: 'pg', outputs: { pg: output } } }
  // JSON is YAML.
  await writeFile(join(directory, 'profiles.yml'), JSON.stringify(profiles))
  return directory
}

/** How `dbt build` ended. */
export interface DbtResult {
  readonly models: number
  readonly tests: number
  /** Models and tests that failed or were skipped, or dbt's own message. */
  readonly failures: readonly string[]
}

/** Builds and tests everything over one schema; the models are in schemas whose names begin with its name. */
export async function buildModels(
  program: string,
  project: string,
  schema: string,
): Promise<DbtResult> {
  const { results, output } = await runOver(program, project, schema, {
    command: ['build'],
    file: 'run_results.json',
  })
  if (results === null) return { models: 0, tests: 0, failures: [output.slice(-2000)] }
  const passed = results.filter(({ status }) => status === 'success' || status === 'pass')
  return {
    models: passed.filter(({ unique_id }) => unique_id.startsWith('model.')).length,
    tests: passed.filter(({ unique_id }) => unique_id.startsWith('test.')).length,
    failures: results
      .filter((result) => !passed.includes(result))
      .map(({ unique_id, status, message }) => `${unique_id} ${status}: ${message ?? ''}`),
  }
}

/** `dbt source freshness`: the tables that are too old, or dbt's own message. */
export async function findOldSources(
  program: string,
  project: string,
  schema: string,
): Promise<readonly string[]> {
  const { results, output } = await runOver(program, project, schema, {
    command: ['source', 'freshness'],
    file: 'sources.json',
  })
  if (results === null || results.length === 0) return [output.slice(-2000)]
  return results
    .filter(({ status }) => status !== 'pass')
    .map(({ unique_id, status, error }) => `${unique_id} ${status}: ${error ?? 'too old'}`)
}

/** Runs a command and reads the file of results that it leaves; null if it left none. */
async function runOver(
  program: string,
  project: string,
  schema: string,
  { command, file }: { readonly command: readonly string[]; readonly file: string },
): Promise<{ readonly results: readonly NodeResult[] | null; readonly output: string }> {
  const target = `target-${schema}`
  const variables = JSON.stringify({ hubspot_schema: schema })
  const { output } = await runDbt(program, {
    args: [...command, '--profiles-dir', '.', '--target-path', target, '--vars', variables],
    directory: project,
    environment: { HUBGEN_DBT_SCHEMA: schema, PGTZ: 'UTC' },
  })
  const text = await readFile(join(project, target, file), 'utf8').catch(() => null)
  if (text === null) return { results: null, output }
  const { results }: { results: readonly NodeResult[] } = JSON.parse(text)
  return { results, output }
}

/** As in dbt's `run_results.json` and `sources.json`. */
interface NodeResult {
  readonly unique_id: string
  readonly status: string
  readonly message?: string | null
  readonly error?: string | null
}

/** `core: 1.10.2`, or null if there is no such program. */
export async function dbtVersion(program: string): Promise<string | null> {
  const { output } = await runDbt(program, { args: ['--version'], directory: '.', environment: {} })
  return /installed:\s*(\S+)/.exec(output)?.[1] ?? null
}

interface DbtCall {
  readonly args: readonly string[]
  readonly directory: string
  readonly environment: Readonly<Record<string, string>>
}

async function runDbt(program: string, call: DbtCall): Promise<{ readonly output: string }> {
  const child = spawn(program, ['--no-use-colors', ...call.args], {
    cwd: call.directory,
    env: { ...process.env, ...call.environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.setEncoding('utf8')
  child.stdout.on('data', (text: string) => {
    output += text
  })
  await new Promise<void>((resolve) => {
    child.once('error', () => resolve())
    child.once('close', () => resolve())
  })
  return { output }
}
