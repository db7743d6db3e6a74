/**
 * `npm run dbt -- --packages <folder>`: proves that Fivetran's dbt package makes of hubgen's views what it makes of
 * Fivetran's tables, and what HubSpot says. CONTRIBUTING.md says what it needs. Exits with 1 if a
 * model or a test fails or a row differs, with 2 if it could not begin.
 */
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { dbtVersion } from './dbt/dbt-project.ts'
import { proveModels } from './dbt/prove-models.ts'
import { parseOptions } from './parse-options.ts'

const options = parseOptions(
  'npm run dbt --',
  "Runs Fivetran's dbt package over hubgen's views and over Fivetran's tables, made from the simulated portal, and\ncompares the final models with each other and with what the portal answers. Then it changes the portal and\nruns the package again.",
  {
    packages: {
      value: 'folder',
      initial: 'dbt_packages',
      says: 'the packages: hubspot, fivetran_utils, dbt_utils, spark_utils',
    },
    dbt: { value: 'program', initial: 'dbt', says: 'the dbt to run' },
    records: { value: 'number', initial: '120', says: 'of each entity' },
    seed: { value: 'number', initial: '11', says: 'of the portal' },
  },
)
const packages = resolve(options.packages)
const needed = ['hubspot', 'fivetran_utils', 'dbt_utils', 'spark_utils']
const missing = needed.filter((name) => !existsSync(join(packages, name, 'dbt_project.yml')))
if (missing.length > 0) {
  stop(
    `${packages} has no ${missing.join(', ')}`,
    'run `dbt deps` in a folder whose packages.yml names fivetran/hubspot 1.8.0, and give its dbt_packages with --packages',
  )
}
const version = await dbtVersion(options.dbt)
if (version === null) {
  stop(
    `\`${options.dbt}\` cannot be run`,
    "`pip install 'dbt-core~=1.10' 'dbt-postgres~=1.9'`, then give its dbt with --dbt",
  )
}

const directory = await mkdtemp(join(tmpdir(), 'hubgen-dbt-'))
try {
  say(`dbt ${version}`)
  const proof = await proveModels({
    directory,
    packages,
    program: options.dbt,
    seed: Number(options.seed),
    records: Number(options.records),
    say,
  })
  // A column that is empty everywhere would be equal whatever the models do.
  for (const column of proof.emptyColumns) say(`no row of the portal has a value for ${column}`)
  const isProved = proof.problems === 0 && proof.emptyColumns.length === 0
  const verdict = proof.problems === 0 ? 'all equal' : `${proof.problems} problems`
  say(
    `${proof.models} models built and ${proof.tests} tests passed in four runs; ${proof.comparedRows} rows compared with those over Fivetran's tables and ${proof.judgedRows} with HubSpot: ${verdict}`,
  )
  process.exitCode = isProved ? 0 : 1
} finally {
  await rm(directory, { recursive: true, force: true })
}

function stop(problem: string, fix: string): never {
  process.stderr.write(`${problem}\nfix: ${fix}\n`)
  process.exit(2)
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
