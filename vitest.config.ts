import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { readSourceFiles } from './test/architecture/source-files.ts'
import { splitTests } from './test/architecture/split-tests.ts'
import { olderVersion, postgres15Missing } from './test/support/older-postgres.ts'
import { LongestFirst } from './test/support/vitest/longest-first.ts'

const { pure, database } = splitTests(readSourceFiles())

/** Tests of the SQL that links are read and written with run on both servers. */
const onOlderPostgres = {
  extends: true as const,
  test: {
    name: `postgres ${olderVersion}`,
    include: ['test/sync/passes/{associations,changed-links,links-at-once}.test.ts'],
    globalSetup: ['test/support/vitest/older-setup.ts'],
    setupFiles: ['test/support/vitest/faults-off.ts'],
  },
}

export default defineConfig({
  ssr: { resolve: { conditions: ['hubgen-source'] } },
  test: {
    // Commands in messages otherwise begin with the words of the package manager that started the tests.
    env: { npm_config_user_agent: '' },
    setupFiles: ['test/support/vitest/property-seed.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    execArgv: ['--conditions=hubgen-source'],
    isolate: false,
    // Workers wait for Postgres, browsers, timeouts and processes that they start: two more than there are cores
    // keep these busy.
    maxWorkers: availableParallelism() + 2,
    sequence: { sequencer: LongestFirst },
    expect: { poll: { timeout: 30_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'pure',
          include: [...pure],
          pool: 'threads',
          setupFiles: ['test/support/vitest/stay-pure.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'database',
          include: [...database],
          globalSetup: ['test/support/vitest/global-setup.ts'],
          setupFiles: ['test/support/vitest/faults-off.ts'],
        },
      },
      ...(postgres15Missing === undefined ? [onOlderPostgres] : []),
    ],
  },
})
