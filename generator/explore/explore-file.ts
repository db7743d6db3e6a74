import { isUtf8 } from 'node:buffer'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { HubgenError } from '../../runtime/errors.ts'
import type { Analysis } from '../model/analysis.ts'
import {
  type BuiltAnalysis,
  buildAnalysis,
  type DefinitionClass,
  type PropertyDefinition,
  type Sensitivity,
} from '../model/build-analysis.ts'
import { type Choices, NO_CHOICES } from '../model/choices.ts'
import { nearestName } from '../model/nearest-name.ts'
import { findStandardObjectType, STANDARD_OBJECT_TYPES } from '../model/object-types.ts'
import { type EntityTarget, standardTarget, unseenCustomTarget } from './entity-target.ts'
import { unreadableReason } from './find-unreadable.ts'
import { definitionsSchema, toDefinition } from './read-definitions.ts'

/**
 * Resolves an entity's name without a portal: a standard object type, otherwise a custom object of that name.
 * Refuses a name one letter away from a standard one as a misspelling.
 */
export function resolveUnseenTarget(typed: string): EntityTarget {
  const standard = findStandardObjectType(typed)
  if (standard !== undefined) return standardTarget(standard)
  const name = typed.trim()
  if (!/^([A-Za-z][A-Za-z0-9_]{0,62}|2-\d+)$/.test(name)) {
    throw new HubgenError('UNKNOWN_ENTITY', `\`${typed}\` cannot be the name of an entity`, {
      fix: 'use letters, digits and `_`, beginning with a letter',
    })
  }
  const names = STANDARD_OBJECT_TYPES.flatMap(({ entity, table }) => [entity, table])
  const nearest = nearestName(name, names, 1)
  if (nearest !== null) {
    throw new HubgenError('UNKNOWN_ENTITY', `there is no entity \`${typed}\``, {
      fix: `did you mean \`${nearest}\`? For a custom object use its fully qualified name, e.g. \`p123_${name}\``,
    })
  }
  return unseenCustomTarget(name)
}

/** Decides the columns of an entity from a saved answer, as `exploreEntity` does from the portal. */
export function exploreDefinitions(
  target: EntityTarget,
  definitions: readonly PropertyDefinition[],
  earlier: Analysis | null,
  choices: Choices = NO_CHOICES,
): BuiltAnalysis {
  const known = new Set(earlier?.properties.map(({ name }) => name))
  const unreadable = new Map<string, string>()
  for (const { name, sensitivity } of definitions) {
    if (sensitivity === 'non_sensitive' || known.has(name)) continue
    unreadable.set(name, unreadableReason(sensitivity, target))
  }
  // One answer holds one class, so the absence of other classes in a file means nothing.
  const answered = new Set(definitions.map(classOf))
  const sensitivities: readonly Sensitivity[] = ['non_sensitive', 'sensitive', 'highly_sensitive']
  const classes = sensitivities.flatMap((sensitivity) => [
    classOf({ sensitivity, archived: false }),
    classOf({ sensitivity, archived: true }),
  ])
  const unanswered = new Set(classes.filter((one) => !answered.has(one)))
  const facts = { ...target, portal: null, groups: null, pipelines: null, associations: null }
  return buildAnalysis({ ...facts, definitions, unanswered, unreadable }, earlier, null, choices)
}

function classOf({
  sensitivity,
  archived,
}: Pick<PropertyDefinition, 'sensitivity' | 'archived'>): DefinitionClass {
  return archived ? `archived ${sensitivity}` : sensitivity
}

/**
 * Reads a saved answer of the properties endpoint: the whole body or its bare list, of any API version. Fails
 * with EXPLORE_FILE_INVALID, or with EXPLORE_FILE_UNREADABLE if the file does not exist.
 */
export async function readSavedDefinitions(path: string): Promise<readonly PropertyDefinition[]> {
  const parsed = savedSchema.safeParse(parseSaved(await readSaved(path), path))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw invalid(
      path,
      `\`${issue?.path.join('.') || '(file)'}\`: ${issue?.message ?? 'unexpected'}`,
    )
  }
  const definitions = parsed.data.results.map((one) => toDefinition(one, 'non_sensitive'))
  if (definitions.length === 0) throw invalid(path, 'it contains no properties')
  if (definitions.every(({ type }) => type === '')) {
    throw invalid(path, 'its properties have names but no `type`')
  }
  return definitions
}

const savedSchema = z.preprocess(
  (saved) => (Array.isArray(saved) ? { results: saved } : saved),
  definitionsSchema,
)

async function readSaved(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (cause) {
    throw new HubgenError('EXPLORE_FILE_UNREADABLE', 'the saved answer cannot be read', {
      at: path,
      fix: 'give the path of a file with an answer of the properties endpoint',
      cause,
    })
  }
}

function parseSaved(bytes: Buffer, path: string): unknown {
  // Decoding it as UTF-8 anyway would silently destroy non-ASCII letters in labels.
  if (!isUtf8(bytes)) throw invalid(path, 'it is not UTF-8 text')
  try {
    return JSON.parse(bytes.toString('utf8').replace(/^\ufeff/, ''))
  } catch {
    throw invalid(path, 'it is not JSON, or it is incomplete')
  }
}

function invalid(path: string, problem: string): HubgenError {
  return new HubgenError(
    'EXPLORE_FILE_INVALID',
    `the file is not a saved answer of the properties endpoint: ${problem}`,
    { at: path, fix: 'save the whole answer of `GET /crm/properties/2026-09/<object type>`' },
  )
}
