/**
 * `npm run regenerate`: explores the simulator's portal and writes the files that hubgen generates from it to
 * `generated/`, which is committed. With `--check` it writes nothing, prints the differences, and exits with
 * 1 if there are any.
 */
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { applyPlan, readGeneratedFolder } from '../generator/disk/generated-folder.ts'
import { unifiedDiff } from '../generator/disk/unified-diff.ts'
import { explorePortal } from '../generator/explore/explore-portal.ts'
import { exploreResources } from '../generator/explore/explore-resources.ts'
import { planGeneration } from '../generator/project/plan-generation.ts'
import { connectHubSpot } from '../runtime/hubspot/client/client.ts'
import { readHubSpotSettings } from '../runtime/hubspot/client/settings.ts'
import { resources } from '../runtime/resources/resources.ts'
import { startSimulator } from '../simulator/start-simulator.ts'
import { parseOptions } from './parse-options.ts'

const committed = fileURLToPath(new URL('../generated', import.meta.url))
const PRINTED_LINES = 100

const { check } = parseOptions(
  'npm run regenerate --',
  "Explores the simulator's portal and writes what hubgen generates from it to generated/.",
  { check: { value: '', initial: '', says: 'writes nothing, and ends with 1 where it would' } },
)
if (check !== '') {
  const directory = mkdtempSync(join(tmpdir(), 'hubgen-regenerate-'))
  try {
    // The exploration starts with the committed analyses, because decisions stay.
    if (existsSync(committed)) cpSync(committed, directory, { recursive: true })
    await regenerate(directory)
    process.exitCode = await compare(directory)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
} else {
  const { written, unchanged, removed } = await regenerate(committed)
  process.stdout.write(`written ${written}, unchanged ${unchanged}, removed ${removed}\n`)
}

/**
 * Explores every entity of the portal into a folder and generates; replaces edits by hand. Creates the
 * migrations from scratch: no database uses them, so they need no history.
 */
async function regenerate(directory: string) {
  rmSync(join(directory, 'migrations'), { recursive: true, force: true })
  // With the limits of a real portal this would mostly wait.
  await using simulator = await startSimulator({
    limits: { burst: 10_000 },
    emptyObjects: 'absent',
  })
  const hubspot = connectHubSpot(
    readHubSpotSettings({ HUBSPOT_API_URL: simulator.url, HUBSPOT_API_TOKEN: simulator.token }),
  )
  await explorePortal(hubspot, {
    directory,
    entities: 'all',
    sampleRecords: 0,
    onStep: () => undefined,
    onExplored: ({ entity, columns }) => process.stdout.write(`${entity}: ${columns} columns\n`),
  })
  const names = resources.map(({ name }) => name)
  await exploreResources(hubspot, { directory, names, schema: null })
  const { plan } = await planGeneration(directory, 'all')
  await applyPlan(directory, plan)
  return { written: plan.write.size, unchanged: plan.unchanged, removed: plan.remove.length }
}

async function compare(directory: string): Promise<number> {
  const [before, after] = await Promise.all([
    readGeneratedFolder(committed),
    readGeneratedFolder(directory),
  ])
  const paths = [...new Set([...before.keys(), ...after.keys()])].toSorted()
  const diffs = paths.flatMap(
    (path) => unifiedDiff(path, before.get(path) ?? null, after.get(path) ?? null) ?? [],
  )
  for (const diff of diffs) {
    const lines = diff.split('\n')
    process.stdout.write(`${lines.slice(0, PRINTED_LINES).join('\n')}\n`)
    const more = lines.length - PRINTED_LINES
    if (more > 0) process.stdout.write(`… ${more} more lines\n`)
  }
  if (diffs.length === 0) {
    process.stdout.write(`generated/ is up to date: ${paths.length} files\n`)
    return 0
  }
  process.stderr.write(`${diffs.length} files differ; \`npm run regenerate\` writes them\n`)
  return 1
}
