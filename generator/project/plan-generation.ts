import { join } from 'node:path'
import { HubgenError } from '../../runtime/errors.ts'
import { normalizeLineEnds } from '../disk/checksums.ts'
import { findLinkedFiles, readGeneratedFolder } from '../disk/generated-folder.ts'
import { planWrite, type WritePlan } from '../disk/plan-write.ts'
import { analysisInvalid, analysisPath } from '../explore/analysis-folder.ts'
import type { Analysis, AnalyzedProperty } from '../model/analysis.ts'
import { parseAnalysis } from '../model/analysis-file.ts'
import { findConflicts } from '../model/find-conflicts.ts'
import { nearestName } from '../model/nearest-name.ts'
import { findStandardObjectType } from '../model/object-types.ts'
import { PORTAL_FOLDER } from '../model/portal-folder.ts'
import {
  type MigrationFile,
  migratedEntity,
  type PlannedMigrations,
  planMigrations,
  type UnusedParts,
} from '../render/migrations/migration-sql.ts'
import { entitySql, isShared, portalSql, renderFiles } from '../render/render.ts'
import { sqlIdentifier } from '../render/text/escape-sql.ts'
import { type CrowdedHistory, findCrowded } from './crowded-history.ts'
import { findEntity, findTypedResource } from './find-entity.ts'
import { generatedOutdated, isOutdated } from './generated-outdated.ts'
import { keepResults } from './keep-results.ts'
import { refuseConflictMarks } from './merged-migrations.ts'
import { hasResources, readPortal } from './read-portal.ts'

export interface Generation {
  readonly plan: WritePlan
  /** Every current file of the folder, by its path inside it. */
  readonly disk: ReadonlyMap<string, string>
  /** The requested entities, by name. */
  readonly entities: readonly string[]
  /** Columns that stay although no analysis contains them any more. */
  readonly unused: PlannedMigrations['unused']
  readonly unusedTables: PlannedMigrations['unusedTables']
  /** Tables whose migrations, the planned ones among them, use up most of the columns that a table can have. */
  readonly crowded: readonly CrowdedHistory[]
  /** The analyses of the requested entities. */
  readonly analyses: readonly Analysis[]
}

/**
 * Plans the changes of generating these entities, without making them. The shared files list the requested
 * entities and those generated before; migrations are planned for the requested ones. Fails with
 * ANALYSIS_MISSING, ANALYSIS_INVALID, ANALYSIS_CONFLICT, COLUMN_RETYPED, MIGRATION_CONFLICT,
 * GENERATED_OUTDATED or FILE_UNREADABLE. `unwritten` are texts by path inside the folder that count as if they were on disk.
 */
export async function planGeneration(
  directory: string,
  wanted: readonly string[] | 'all',
  unusedParts: UnusedParts = 'kept',
  unwritten: ReadonlyMap<string, string> = new Map(),
): Promise<Generation> {
  const disk = new Map([...(await readFolder(directory)), ...unwritten])
  const explored = [...disk.keys()].flatMap(
    (path) => /^([^/]+)\/analysis\.json$/.exec(path)?.[1] ?? [],
  )
  const entities = wanted === 'all' ? explored : resolveEntities(wanted, explored, directory)
  if (entities.length === 0) throw nothingToGenerate(wanted, explored, directory)
  const portal = readPortal(directory, disk)
  const earlier = explored.filter((entity) => disk.has(`${entity}/table.ts`))
  const isPortal = (entity: string) => entity === PORTAL_FOLDER
  const outdated = earlier.filter((entity) => {
    return !entities.includes(entity) && isOutdated((name) => disk.has(`${entity}/${name}`))
  })
  if (outdated.length > 0) throw generatedOutdated(outdated, directory)
  const analyses: Analysis[] = []
  for (const entity of [...new Set([...entities, ...earlier])].sort()) {
    if (isPortal(entity)) continue
    analyses.push(parseEntity(directory, entity, disk))
  }
  const conflicts = findConflicts(analyses)
  if (conflicts.length > 0) throw analysisConflict(conflicts, directory)
  const asked = new Set(entities)
  // Until they are asked for, resources are in no shared file.
  const shown = asked.has(PORTAL_FOLDER) || hasResources(disk) ? portal : null
  const files = renderFiles(analyses, shown)
  const resources = portalSql(files, shown)
  const existing = migrationFiles(disk)
  refuseConflictMarks(existing, directory)
  const chosen = analyses.filter(({ entity }) => asked.has(entity))
  const others = analyses.filter(({ entity }) => !asked.has(entity))
  const planned = planMigrations(
    [...entitySql(files, chosen), ...(asked.has(PORTAL_FOLDER) ? resources : [])],
    existing,
    unusedParts,
    [...entitySql(files, others), ...(asked.has(PORTAL_FOLDER) ? [] : resources)],
  )
  if (planned.conflicts.length > 0) throw analysisConflict(planned.conflicts, directory)
  if (planned.mismatches.length > 0) throw retypedColumns(planned.mismatches, chosen, directory)
  const rendered = new Map([
    ...keepResults(selectFiles(files, asked, disk), disk),
    ...selectMigrations(existing, asked),
    ...[...planned.files].map(([name, sql]) => [`migrations/${name}`, sql] as const),
  ])
  return {
    plan: planWrite(
      rendered,
      disk,
      wanted === 'all' ? null : asked,
      await findLinkedFiles(directory),
    ),
    disk,
    entities: [...asked].sort(),
    unused: planned.unused,
    unusedTables: planned.unusedTables,
    crowded: findCrowded([...asked], rendered),
    analyses: chosen,
  }
}

/**
 * The shared files, and the files of the requested entities. Views that read the tables of all entities stay as
 * they are while another entity has columns of which no migration was written yet.
 */
function selectFiles(
  files: ReadonlyMap<string, string>,
  entities: ReadonlySet<string>,
  disk: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const isAsked = (path: string) => entities.has(path.split('/')[0] ?? '')
  // Resources are generated together, when they are asked for.
  const isNew = (path: string) => path.startsWith(`${PORTAL_FOLDER}/`) && !disk.has(path)
  const isBehind = [...files].some(
    ([path, text]) =>
      path.endsWith('/schema.sql') &&
      !isAsked(path) &&
      normalizeLineEnds(disk.get(path) ?? '') !== text,
  )
  return new Map(
    [...files].filter(
      ([path]) =>
        isAsked(path) || (isShared(path) && !(isBehind && path.includes('/')) && !isNew(path)),
    ),
  )
}

/** Migrations are history: once written, they stay unchanged. */
function selectMigrations(
  existing: readonly MigrationFile[],
  entities: ReadonlySet<string>,
): readonly (readonly [path: string, sql: string])[] {
  return existing
    .filter(({ sql }) => entities.has(migratedEntity(sql) ?? ''))
    .map(({ name, sql }) => [`migrations/${name}`, normalizeLineEnds(sql)])
}

function migrationFiles(disk: ReadonlyMap<string, string>): readonly MigrationFile[] {
  return [...disk].flatMap(([path, sql]) => {
    const name = /^migrations\/([^/]+\.sql)$/.exec(path)?.[1]
    return name === undefined ? [] : [{ name, sql }]
  })
}

function parseEntity(
  directory: string,
  entity: string,
  disk: ReadonlyMap<string, string>,
): Analysis {
  const path = analysisPath(directory, entity)
  const text = disk.get(`${entity}/analysis.json`)
  if (text === undefined) throw analysisMissing(entity, [], directory)
  const parsed = parseAnalysis(text)
  if ('problems' in parsed) throw analysisInvalid(path, parsed.problems)
  const { analysis } = parsed
  if (analysis.entity === entity) return analysis
  throw new HubgenError(
    'ANALYSIS_INVALID',
    `the analysis of entity \`${analysis.entity}\` is in folder \`${entity}\``,
    { at: path, fix: `rename the folder to \`${analysis.entity}\`` },
  )
}

async function readFolder(directory: string): Promise<ReadonlyMap<string, string>> {
  try {
    return await readGeneratedFolder(directory)
  } catch (cause) {
    const { code, path } = cause as NodeJS.ErrnoException
    throw new HubgenError(
      'FILE_UNREADABLE',
      `the folder of generated files cannot be read (${code})`,
      {
        at: path ?? directory,
        fix: 'check that it is a folder, and its permissions',
        cause,
      },
    )
  }
}

function resolveEntities(
  names: readonly string[],
  explored: readonly string[],
  directory: string,
): readonly string[] {
  return names.map((typed) => {
    const entity = findEntity(typed, explored) ?? resourceFolder(typed, explored)
    if (entity === undefined) throw analysisMissing(typed, explored, directory)
    return entity
  })
}

/** Resources are generated together. */
function resourceFolder(typed: string, explored: readonly string[]): string | undefined {
  const isExplored = explored.includes(PORTAL_FOLDER)
  return isExplored && findTypedResource(typed) !== undefined ? PORTAL_FOLDER : undefined
}

function analysisMissing(
  typed: string,
  explored: readonly string[],
  directory: string,
): HubgenError {
  const entity = findStandardObjectType(typed)?.entity ?? typed
  const near = nearestName(typed, explored)
  const explore = `\`hubgen explore ${entity}\``
  return new HubgenError('ANALYSIS_MISSING', `\`${typed}\` has no analysis`, {
    at: join(directory, entity, 'analysis.json'),
    fix: near === null ? explore : `did you mean \`${near}\`? Otherwise ${explore}`,
  })
}

function nothingToGenerate(
  wanted: readonly string[] | 'all',
  explored: readonly string[],
  directory: string,
): HubgenError {
  if (wanted === 'all' || explored.length === 0) {
    return new HubgenError('ANALYSIS_MISSING', 'nothing has been explored yet', {
      at: directory,
      fix: '`hubgen explore deals`',
    })
  }
  const known = explored.map((entity) => `\`${entity}\``).join(', ')
  return new HubgenError('USAGE', `which entity? There are analyses of ${known}`, {
    at: directory,
    fix: '`hubgen generate --all`, or name some',
  })
}

function analysisConflict(conflicts: readonly string[], directory: string): HubgenError {
  const listed = conflicts.map((conflict) => `\n  - ${conflict}`).join('')
  return new HubgenError('ANALYSIS_CONFLICT', `the analyses cannot be generated:${listed}`, {
    at: directory,
    fix: 'correct these places in the analyses',
  })
}

type Mismatch = PlannedMigrations['mismatches'][number]

/**
 * Columns whose type was edited in the analysis. They are refused, because no column changes its type in
 * place.
 */
function retypedColumns(
  mismatches: readonly Mismatch[],
  analyses: readonly Analysis[],
  directory: string,
): HubgenError {
  const listed = mismatches.map(
    ({ table, column, found, wanted }) =>
      `\n  - ${table}.${column} is \`${found}\` in the migrations, \`${wanted}\` in the analysis`,
  )
  const [first] = mismatches
  return new HubgenError(
    'COLUMN_RETYPED',
    `existing columns would have to change their type, so nothing was written:${listed.join('')}`,
    { at: directory, fix: first === undefined ? '' : fixOf(first, analyses) },
  )
}

function fixOf(mismatch: Mismatch, analyses: readonly Analysis[]): string {
  const property = findProperty(mismatch, analyses)
  const back = `set the type back to \`${mismatch.found}\` in ${mismatch.entity}/analysis.json`
  if (property === undefined) return back
  const choice = `types: { ${mismatch.entity}: { ${JSON.stringify(property.name)}: '${property.column.type}' } }`
  return `${back}; for a second column of that type, write \`${choice}\` into hubgen.config.ts and run \`hubgen explore ${mismatch.entity}\``
}

function findProperty(
  { entity, column }: Mismatch,
  analyses: readonly Analysis[],
): AnalyzedProperty | undefined {
  return analyses
    .find((analysis) => analysis.entity === entity)
    ?.properties.find((property) => sqlIdentifier(property.column.name) === column)
}
