import { HubgenError } from '../../runtime/errors.ts'
import { CHECKSUM_FILE, checksum, normalizeLineEnds, parseChecksums } from '../disk/checksums.ts'
import { applyPlan, findLinkedFiles, readGeneratedFolder } from '../disk/generated-folder.ts'
import { planWrite } from '../disk/plan-write.ts'
import { replaceResults } from '../render/report/results-section.ts'

/**
 * Replaces the section of results in an entity's document, and its checksum in `hubgen.sum`. Returns the path
 * inside the folder. Fails with GENERATED_MISSING, GENERATED_OUTDATED (a document without such a section) or
 * FILE_EDITED.
 */
export async function writeResults(
  directory: string,
  entity: string,
  section: string,
): Promise<string> {
  const path = `${entity}/README.md`
  const at = `${directory}/${path}`
  const fix = `\`hubgen generate ${entity}\``
  const disk = await readGeneratedFolder(directory)
  const document = disk.get(path)
  if (document === undefined) {
    throw new HubgenError('GENERATED_MISSING', `\`${entity}\` has no setup document`, { at, fix })
  }
  const text = replaceResults(normalizeLineEnds(document), section)
  if (text === null) {
    throw new HubgenError('GENERATED_OUTDATED', 'the document has no section for results', {
      at,
      fix,
    })
  }
  const recorded = parseChecksums(disk.get(CHECKSUM_FILE) ?? '').get(path)
  const linked = (await findLinkedFiles(directory)).has(path)
  if (linked || checksum(document) !== recorded) {
    throw new HubgenError(
      'FILE_EDITED',
      'the document was edited by hand, so nothing was written',
      {
        at,
        fix: `move the changes elsewhere, then run \`hubgen generate ${entity} --overwrite\``,
      },
    )
  }
  const plan = planWrite(new Map([[path, text]]), disk, new Set())
  await applyPlan(directory, plan)
  return path
}
