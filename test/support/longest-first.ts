import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * The test files that take longest, in seconds on one core. A file that starts late with minutes of work
 * leaves the other cores idle, so these start first; the order of the others is that of their sizes.
 */
export const longestFiles: Readonly<Record<string, number>> = {
  'test/boundaries/boundaries.test.ts': 69,
  'test/torture/torture.test.ts': 60,
  'test/docs/samples.test.ts': 45,
  'test/mutations/mutations.test.ts': 21,
  'test/dashboard/every-page.test.ts': 36,
  'test/changes/crowds.test.ts': 20,
  'test/compat/differential.test.ts': 20,
  'test/dashboard/two-tabs-and-restart.test.ts': 32,
  'test/migrations/cases.test.ts': 25,
  'test/migrations/branches.test.ts': 19,
  'test/postgres/embedded.test.ts': 24,
  'test/faults/full-run.test.ts': 22,
  'test/sync/side-by-side.test.ts': 22,
  'test/sync/companion-records.test.ts': 21,
  'test/oracle/fixed-script.test.ts': 19,
  'test/sync/checkpoint.test.ts': 18,
  'test/explore/two-keys.test.ts': 18,
  'test/migrations/retyping.test.ts': 18,
  'test/sync/passes/links-at-once.test.ts': 10,
  'test/migrations/any-change.test.ts': 16,
  'test/sync/passes/changed-links.test.ts': 5,
  'test/dashboard/start-and-watch.test.ts': 15,
  'test/docs/programs.test.ts': 15,
  'test/drift/diff-command.test.ts': 14,
  'test/dashboard/failing-starts.test.ts': 14,
  'test/sync/unanswered.test.ts': 14,
  'test/sync/every.test.ts': 13,
  'test/sync/verify.test.ts': 10,
  'test/sync/bill.test.ts': 10,
  'test/layout/wide-portal.test.ts': 10,
  'test/dashboard/behind-nginx.test.ts': 10,
  'test/compare/compare-command.test.ts': 8,
  'test/sync/copy-stays-true.test.ts': 13,
  'test/sync/faults.test.ts': 12,
  'test/custom-objects/custom-objects.test.ts': 12,
  'test/sync/unanswered-sequences.test.ts': 11,
  'test/doors/consumer.test.ts': 11,
  'test/dashboard/drift-and-quarantine.test.ts': 10,
  'test/postgres/migrate-locks.test.ts': 10,
  'test/dashboard/command.test.ts': 10,
}

/**
 * The order in which files start: a project after the other, because a worker serves one project; the
 * shortest files, those of `pure`, at the end.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const bySize = await super.sort(files)
    return bySize.toSorted(
      (one, other) => placeOf(one) - placeOf(other) || secondsOf(other) - secondsOf(one),
    )
  }
}

const lastProjects = ['database', 'pure']

function placeOf({ project }: TestSpecification): number {
  return lastProjects.indexOf(project.name)
}

function secondsOf({ project, moduleId }: TestSpecification): number {
  return longestFiles[relative(project.config.root, moduleId)] ?? 0
}
