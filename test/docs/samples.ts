/**
 * Every block of code of every document, in its order: the words after its fence, and either `run`, which
 * `samples.test.ts` does, `compare`, which it does with the output of the others, or a reason for neither.
 */
export const samples: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'README.md': [
    ['text', 'compare'],
    ['sh', 'it installs the repository; .ci/run does so, and runs the demo'],
    ['sh', 'run'],
    ['json', 'run'],
    ['ts', 'run'],
    ['sh', 'test/sync/every.test.ts: it runs until Ctrl-C'],
    ['sh', 'run'],
    ['ts hubgen.config.ts', 'run'],
    ['text', 'compare'],
  ],
  'ARCHITECTURE.md': [['', 'a drawing']],
  'CONTRIBUTING.md': [['sh', 'test/docs/workflows.test.ts: the scripts exist; CI runs them']],
  'simulator/README.md': [
    ['sh', 'run'],
    ['ts', 'run'],
    ['ts', 'run'],
    ['sh', 'run'],
  ],
  'docs/alerts.md': [
    ['ts hubgen.config.ts', 'test/config/alerts.test.ts'],
    ['sh', 'test/alerts/alerts.test.ts: it needs servers that take messages'],
    ['json', 'test/alerts/alerts.test.ts: it needs a server that takes the message'],
  ],
  'docs/dashboard.md': [
    ['sh', 'test/dashboard/command.test.ts: it runs until Ctrl-C'],
    ['ts', 'test/config/read-config.test.ts: one short line of each'],
    ['sh', 'test/dashboard/token.test.ts: it runs until Ctrl-C'],
    ['', 'the configuration of Caddy, which a test does not have'],
    ['sh', 'test/dashboard/token.test.ts: it runs until Ctrl-C'],
    ['', 'test/dashboard/behind-nginx.test.ts: it needs nginx'],
    ['sh', 'test/dashboard/behind-nginx.test.ts: it runs until Ctrl-C'],
    ['yaml', 'the configuration of Prometheus, which a test does not have'],
  ],
  'docs/leaving-fivetran.md': [
    ['ts hubgen.config.ts', 'run'],
    ['sh', 'run'],
    ['sh', 'run'],
    ['sh', 'test/compare/compare-command.test.ts: it needs another copy'],
    ['sh', 'test/adopt/adopt.test.ts: it needs a table of others'],
    ['sql', 'run'],
  ],
  'docs/portals.md': [
    ['ts hubgen.portals.ts', 'test/portals/worked-example.test.ts'],
    ['sh', 'test/portals/worked-example.test.ts: they run until Ctrl-C'],
    ['sh', 'test/portals/worked-example.test.ts'],
    ['sh', 'test/portals/worked-example.test.ts'],
  ],
  'docs/programs.md': [
    ['ts sync-all.ts', 'test/docs/programs.test.ts'],
    ['ts first-copy.ts', 'test/docs/programs.test.ts'],
    ['ts watch.ts', 'test/docs/programs.test.ts'],
  ],
  'docs/scheduling.md': [
    ['sh', 'test/sync/every.test.ts: it runs until Ctrl-C'],
    ['sh', 'test/sync/slice.test.ts: it may take ten minutes'],
    ['sh', 'needs root and systemd; test/docs/scheduling.test.ts starts the command of the unit'],
    ['sh', 'needs cron; test/docs/scheduling.test.ts runs the lines of the crontab'],
    ['sh', 'needs Docker; test/docs/scheduling.test.ts starts the command of the image'],
  ],
  'docs/workers.md': [
    ['ts', 'test/queue/worker.test.ts: one setting of the portals file'],
    ['sh', 'test/queue/worker.test.ts: it runs until Ctrl-C'],
    ['sh', 'needs root and systemd; test/queue/worker.test.ts runs until Ctrl-C'],
    ['sh', 'test/sync/slice.test.ts: it may take ten minutes'],
    ['yaml', 'the configuration of Kubernetes, which a test does not have'],
    ['python', 'a task of Airflow, which a test does not have'],
    ['ts', 'a workflow of Temporal, which a test does not have'],
  ],
}
