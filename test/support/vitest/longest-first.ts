import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * The test files that take longest, in seconds on two cores. A file that starts late with minutes of work
 * leaves the other cores idle, so these start first; the order of the others is that of their sizes.
 */
export const longestFiles: Readonly<Record<string, number>> = {
  'test/boundaries/boundaries.test.ts': 115,
  'test/docs/samples.test.ts': 60,
  'test/torture/torture.test.ts': 60,
  'test/mutations/mutations.test.ts': 52,
  'test/queue/worker.test.ts': 50,
  'test/compat/differential.test.ts': 46,
  'test/migrations/branches.test.ts': 44,
  'test/dashboard/two-tabs-and-restart.test.ts': 40,
  'test/portals/worked-example.test.ts': 38,
  'test/postgres/embedded.test.ts': 38,
  'test/postgres/embedded-port.test.ts': 37,
  'test/hubspot/proxy.test.ts': 36,
  'test/compat/command.test.ts': 34,
  'test/sync/cancel-command.test.ts': 31,
  'test/cli/unwritable-folder.test.ts': 30,
  'test/postgres/not-ours.test.ts': 27,
  'test/changes/crowds.test.ts': 26,
  'test/sync/command.test.ts': 26,
  'test/sync/unanswered-sequences.test.ts': 26,
  'test/explore/two-keys.test.ts': 24,
  'test/sync/bill.test.ts': 24,
  'test/sync/verify.test.ts': 24,
  'test/migrations/cases.test.ts': 22,
  'test/docs/programs.test.ts': 21,
  'test/migrations/any-change.test.ts': 21,
  'test/changes/trailing-index.test.ts': 20,
  'test/adopt/adopt.test.ts': 19,
  'test/resources/every-resource.test.ts': 19,
  'test/sync/every.test.ts': 19,
  'test/dashboard/start-and-watch.test.ts': 18,
  'test/faults/full-run.test.ts': 18,
  'test/oracle/fixed-script.test.ts': 18,
  'test/dashboard/drift-and-quarantine.test.ts': 17,
  'test/drift/diff-command.test.ts': 17,
  'test/sync/checkpoint.test.ts': 17,
  'test/sync/companion-records.test.ts': 17,
  'test/sync/unanswered.test.ts': 17,
  'test/hubspot/resume-reading.test.ts': 16,
  'test/docs/scheduling.test.ts': 15,
  'test/erase/erase.test.ts': 15,
  'test/migrations/any-branches.test.ts': 15,
  'test/sync/passes/changed-links.test.ts': 15,
  'test/dashboard/every-page.test.ts': 14,
  'test/sync/passes/links-at-once.test.ts': 14,
  'test/sync/slice.test.ts': 14,
  'test/adopt/odd-tables.test.ts': 13,
  'test/dashboard/command.test.ts': 13,
  'test/faults/incremental-run.test.ts': 13,
  'test/render/hostile-text.test.ts': 13,
  'test/custom-objects/custom-objects.test.ts': 12,
  'test/dashboard/failing-starts.test.ts': 12,
  'test/doctor/database.test.ts': 12,
  'test/layout/wide-portal.test.ts': 12,
  'test/sync/side-by-side.test.ts': 12,
  'test/labels/view-rights.test.ts': 11,
  'test/migrations/read-back.test.ts': 11,
  'test/sync/disagreeing-answers.test.ts': 11,
  'test/alerts/alerts.test.ts': 10,
  'test/dashboard/keyboard.test.ts': 10,
  'test/sync/passes/audit.test.ts': 10,
  'test/sync/unread.test.ts': 10,
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
