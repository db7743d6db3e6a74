import { defineCommand } from '../define-command.ts'
import { readPort } from '../read-port.ts'

/** `hubgen dashboard`: pages that say whether the data is all right, and start, watch, stop and repair syncs. */
export const dashboardCommand = defineCommand({
  command: 'dashboard',
  describe: 'Serve a web dashboard that shows and starts syncs',
  builder: (yargs) =>
    yargs
      .option('port', { string: true, default: '5001', describe: 'Port; 0 takes any' })
      .option('host', {
        string: true,
        default: 'localhost',
        describe: 'Address to listen on; any other than loopback needs HUBGEN_DASHBOARD_TOKEN',
      })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON line for programs' })
      .epilogue(
        'Also there: GET /metrics for Prometheus, GET /healthz for a supervisor.\n' +
          'It shows runs that were started anywhere; those started here go on when it ends.',
      )
      .example('$0 dashboard', 'Then open http://localhost:5001')
      .example(
        'HUBGEN_DASHBOARD_TOKEN=… $0 dashboard --host 0.0.0.0',
        'For others, behind a proxy that speaks TLS',
      ),
  handler: async ({ directory, host, port: typed, json }) => {
    const port = readPort(typed, 'dashboard')
    // Loaded here: the server and the database's client take longer than most other commands.
    const { runDashboard } = await import('./run-dashboard.ts')
    await runDashboard({ directory, host, port, format: json ? 'json' : 'text' })
  },
})
