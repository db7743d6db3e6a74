import { analysisInvalid, analysisPath, readAnalyses, readAnalysis } from './analysis-folder.ts'
import { checkChoices, checkCommonPatterns, type EntityChoices } from './check-choices.ts'
import { checkSavedFile, describeUnseen } from './check-saved-file.ts'
import { exploreDefinitions, readSavedDefinitions, resolveUnseenTarget } from './explore-file.ts'
import type { FoundEntity } from './find-entities.ts'

/**
 * One entity as a saved answer of the properties endpoint describes it; makes no API calls and writes nothing.
 * Fails with EXPLORE_FILE_INVALID also if the file plainly belongs to another entity.
 */
export async function findSavedEntity(
  directory: string,
  typed: string,
  file: string,
  choicesOf: EntityChoices,
): Promise<FoundEntity> {
  const target = resolveUnseenTarget(typed)
  const { entity } = target
  const path = analysisPath(directory, entity)
  const earlier = await readAnalysis(path)
  const choices = choicesOf(target)
  const definitions = await readSavedDefinitions(file)
  checkSavedFile(target, definitions, earlier, file)
  const built = exploreDefinitions(target, definitions, earlier, choices)
  const listed = new Set(definitions.map(({ name }) => name))
  // A person chose this file and sees the errors about names that are in neither.
  const found = {
    ...built,
    entity,
    path,
    earlier,
    listed,
    answered: 'all',
    unreadable: [],
  } as const
  const notes = [
    describeUnseen(target),
    ...checkChoices(choices, found),
    ...checkCommonPatterns(choices, [...(await readAnalyses(directory)), built.analysis]),
  ]
  if (built.problems.length > 0) throw analysisInvalid(path, built.problems)
  return { ...found, notes }
}
