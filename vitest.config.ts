import { defineConfig } from 'vitest/config'
import { readSourceFiles } from './test/architecture/source-files.ts'
import { splitTests } from './test/architecture/split-tests.ts'

const { pure, database } = splitTests(readSourceFiles())

export default defineConfig({
  ssr: { resolve: { conditions: ['hubgen-source'] } },
  test: {
    setupFiles: ['test/support/property-seed.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    execArgv: ['--conditions=hubgen-source'],
    isolate: false,
    // Tests wait for servers more than they compute: the default leaves one core of two without work.
    maxWorkers: '100%',
    expect: { poll: { timeout: 30_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'pure',
          include: [...pure],
          pool: 'threads',
          setupFiles: ['test/support/stay-pure.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'database',
          include: [...database],
          globalSetup: ['test/support/global-setup.ts'],
          setupFiles: ['test/support/faults-off.ts'],
        },
      },
    ],
  },
})
