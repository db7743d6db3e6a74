import { basename, dirname } from 'node:path'
import { styleText } from 'node:util'
import { HubgenError } from '../../../runtime/errors.ts'
import { print } from '../../../runtime/terminal/print.ts'
import type { WritePlan } from '../../disk/plan-write.ts'
import { noteModuleType } from '../../project/module-type.ts'
import type { Generation } from '../../project/plan-generation.ts'
import { defineCommand, type EntityArguments, withEntities } from '../define-command.ts'

interface GenerateArguments extends EntityArguments {
  readonly all: boolean
  readonly check: boolean
  readonly overwrite: boolean
  readonly 'allow-destructive': boolean
}

/** `hubgen generate`: writes every file that follows from the analyses and differs from the one on disk. */
export const generateCommand = defineCommand({
  command: 'generate [entity..]',
  describe: 'Generate DDL, types, facts for sync, SQL and documents from analyses',
  builder: (yargs) =>
    withEntities(yargs, 'Entities to generate, e.g. deals contacts')
      .option('all', {
        type: 'boolean',
        default: false,
        describe: 'Every entity that has an analysis',
      })
      .option('check', {
        type: 'boolean',
        default: false,
        describe: 'Write nothing; print the differences and exit with 1 if there are any',
      })
      .option('overwrite', {
        type: 'boolean',
        default: false,
        describe: 'Replace generated files even where they were edited by hand',
      })
      .option('allow-destructive', {
        type: 'boolean',
        default: false,
        describe: 'Drop columns and tables, with their values, that no analysis contains any more',
      })
      .example('$0 generate deals', 'After `hubgen explore deals`')
      .example('$0 generate --all --check', 'For continuous integration'),
  handler: (args) => generate(args),
})

async function generate(args: GenerateArguments): Promise<void> {
  const [{ planGeneration }, { checkHistories, warnOfHistory }, { describeMerge }] =
    await Promise.all([
      import('../../project/plan-generation.ts'),
      import('../../project/crowded-history.ts'),
      import('../../project/merged-migrations.ts'),
    ])
  const { directory, check, overwrite } = args
  const all = args.all || (check && args.entity.length === 0)
  const { plan, disk, entities, analyses, ...generation } = await planGeneration(
    directory,
    all ? 'all' : args.entity,
    args['allow-destructive'] ? 'dropped' : 'kept',
  )
  checkHistories(generation.crowded, directory)
  for (const sentence of describeMerge(disk, directory)) note(sentence)
  const command = `hubgen generate ${all ? '--all' : entities.join(' ')}${directoryOption(directory)}`
  if (check) {
    const { printDifferences } = await import('./print-differences.ts')
    printDifferences(plan, disk, { directory, command })
    return
  }
  if (plan.edited.length > 0 && !overwrite) throw fileEdited(plan, directory, command)
  const { applyPlan } = await import('../../disk/generated-folder.ts')
  await applyPlan(directory, plan)
  await reportCompat(analyses)
  reportUnused(generation)
  await reportFit(analyses)
  await reportMissingHistory(analyses)
  for (const history of generation.crowded) {
    note(warnOfHistory(history))
  }
  report(plan, directory)
}

function note(sentence: string): void {
  print(`${styleText('yellow', 'note')}: ${sentence}`)
}

export function fileEdited(plan: WritePlan, directory: string, command: string): HubgenError {
  const files = plan.edited.map((path) => `\n  - ${path}`).join('')
  return new HubgenError(
    'FILE_EDITED',
    `files that hubgen generates were edited by hand, so nothing was written:${files}`,
    {
      at: directory,
      fix: `move the changes elsewhere, then run \`${command} --overwrite\``,
    },
  )
}

function report(plan: WritePlan, directory: string): void {
  const folders = Map.groupBy(plan.write.keys(), (path) => dirname(path))
  for (const [folder, paths] of folders) {
    const names = paths.map((path) => basename(path)).join(' ')
    print(`${styleText('green', 'wrote')}   ${folder === '.' ? '' : `${folder}/ `}${names}`)
  }
  for (const path of plan.remove) {
    print(`${styleText('red', 'removed')} ${path}`)
  }
  for (const path of plan.unknown) {
    print(`${styleText('yellow', 'kept')}    ${path}, which hubgen did not write`)
  }
  const counts = [
    `written ${plan.write.size}`,
    `unchanged ${plan.unchanged}`,
    `removed ${plan.remove.length}`,
  ]
  print(counts.join(', '))
  const moduleType = noteModuleType(directory)
  if (moduleType !== undefined) note(moduleType)
  print(`next: \`hubgen migrate${directoryOption(directory)}\``)
}

/** Reports columns and tables that stay although no analysis contains them any more. */
function reportUnused({ unused, unusedTables }: Pick<Generation, 'unused' | 'unusedTables'>): void {
  for (const [, table, column] of unused) {
    print(
      `${styleText('yellow', 'stays')}   column ${table}.${column}: no analysis contains it any more`,
    )
  }
  for (const [, table] of unusedTables) {
    print(
      `${styleText('yellow', 'stays')}   table ${table}: no analysis contains it any more, and sync leaves it alone`,
    )
  }
  if (unused.length > 0 || unusedTables.length > 0) {
    const what = [unused.length > 0 ? 'columns' : [], unusedTables.length > 0 ? 'tables' : []]
    print(`to drop these ${what.flat().join(' and ')} with their values: \`--allow-destructive\``)
  }
}

/** Warns if views were asked for after the last exploration, because analyses have the choices. */
async function reportCompat(analyses: Generation['analyses']): Promise<void> {
  if (analyses.some(({ compat }) => compat !== undefined)) return
  const { readConfig } = await import('../../config/read-config.ts')
  const config = await readConfig(process.cwd()).catch(() => null)
  if (config?.compat === undefined) return
  note(
    `${config.file} asks for \`compat: '${config.compat}'\`, which the analyses do not have yet: \`hubgen explore --all\`, then generate again`,
  )
}

/** Warns of views in another tool's shape that stay empty, because the former values of stages are not kept. */
async function reportMissingHistory(analyses: Generation['analyses']): Promise<void> {
  const { missingStageHistory } = await import('../../model/stage-history.ts')
  for (const analysis of analyses) {
    const missing = analysis.compat === undefined ? [] : missingStageHistory(analysis)
    if (missing.length === 0) continue
    const names = missing.map((name) => `\`${name}\``).join(', ')
    note(
      `compat needs the history of ${names} of ${analysis.entity}: add it to \`history\` in hubgen.config.ts, then run \`hubgen explore ${analysis.entity}\` and \`hubgen generate ${analysis.entity}\``,
    )
  }
}

/**
 * Warns about indexes that the entity cannot have, and early about tables near Postgres's limits; otherwise
 * the first sign is a record that does not fit.
 */
async function reportFit(analyses: Generation['analyses']): Promise<void> {
  const [{ predictFit }, { findUnindexed }, { warnOfFit }] = await Promise.all([
    import('../../model/fit.ts'),
    import('../../model/indexes.ts'),
    import('../../project/plan-fit.ts'),
  ])
  for (const analysis of analyses) {
    for (const sentence of findUnindexed(analysis)) {
      note(sentence)
    }
    const warning = warnOfFit(analysis.entity, predictFit(analysis))
    if (warning === null) continue
    note(`${warning}; \`hubgen migrate --plan\` also counts dropped columns`)
  }
}

function directoryOption(directory: string): string {
  return directory === 'generated' ? '' : ` -d ${directory}`
}
