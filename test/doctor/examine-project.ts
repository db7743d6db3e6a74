import type { Summary } from '../../generator/cli/doctor/describe-findings.ts'
import type { Check, Finding } from '../../generator/cli/doctor/finding.ts'
import type { Project } from '../support/project.ts'

export interface Examination {
  readonly exitCode: number | null
  readonly out: string
  readonly findings: readonly Finding[]
  readonly summary: Summary
  /** The first finding of this check, and of this entity if one is given. */
  find(check: Check, entity?: string | null): Finding | undefined
}

/** `hubgen doctor --json` in a project; fails if it prints something on standard error. */
export async function examineWith(
  project: Project,
  ...args: readonly string[]
): Promise<Examination> {
  const { exitCode, out, err } = await project.hubgen('doctor', '--json', ...args)
  if (err !== '') throw new Error(err)
  const lines = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  const summary = lines.at(-1)
  const findings: readonly Finding[] = lines.slice(0, -1)
  return {
    exitCode,
    out,
    findings,
    summary,
    find: (check, entity) =>
      findings.find(
        (one) => one.check === check && (entity === undefined || one.entity === entity),
      ),
  }
}
