import { styleText } from 'node:util'
import { print } from '../../../runtime/terminal/print.ts'
import { adoptEntity, notAdopted, planEntityAdoption } from '../../project/adopt/adopt-entity.ts'
import { openExistingDatabase } from '../open-database.ts'
import { describeAdoption, describeObstacles } from './describe-adoption.ts'

/** Adopts the table of one entity, or prints what that would change. Fails with TABLE_NOT_ADOPTED. */
export async function runAdopt(
  directory: string,
  entity: string,
  mode: 'plan' | 'write',
): Promise<void> {
  await using database = await openExistingDatabase([entity])
  const adoption = await planEntityAdoption(database, directory, entity)
  const { table, plan, obstacles, statements } = adoption
  const option = directory === 'generated' ? '' : ` -d ${directory}`
  const next = (command: string) => `next: ${styleText('bold', `hubgen ${command}${option}`)}`
  if (plan === null) {
    print(`${table} is a table of hubgen's already; nothing was changed\n${next('migrate')}`)
    return
  }
  if (obstacles.length > 0) {
    print(describeObstacles(adoption).join('\n'))
    throw notAdopted(table, obstacles)
  }
  print(describeAdoption(adoption).join('\n'))
  if (mode === 'plan') {
    const transaction = ['BEGIN;', ...statements, 'COMMIT;'].join('\n')
    print('')
    // As they run: neither wrapped nor changed, so that they can be reviewed and pasted.
    process.stdout.write(`${transaction}\n`)
    print(
      `\nNothing was changed. Stop whatever writes to the table before you adopt it.\n${next(`adopt ${entity}`)}`,
    )
    return
  }
  await adoptEntity(database, directory, adoption)
  print(
    `\n${styleText('green', 'adopted')} ${table}\n${next('migrate')}, then ${styleText('bold', `hubgen sync ${entity}${option}`)}`,
  )
}
