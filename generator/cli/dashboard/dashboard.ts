import { defineCommand } from '../define-command.ts'
import { readPort } from '../read-port.ts'

/**
 * `hubgen dashboard`: serves pages that show the state of the copy and start, watch, stop and repair syncs.
 */
export const dashboardCommand = defineCommand({
  command: 'dashboard',
  describe: 'Serve a web dashboard that shows and starts syncs',
  builder: (yargs) =>
    yargs
      .option('port', { string: true, default: '5001', describe: 'Port; 0 chooses a free one' })
      .option('host', {
        string: true,
        default: 'localhost',
        describe: 'Address to listen on; any other than loopback needs HUBGEN_DASHBOARD_TOKEN',
      })
      .option('base-path', {
        string: true,
        default: '/',
        describe: 'Path under which a proxy publishes the dashboard, such as /hubgen',
      })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON line for programs' })
      .epilogue(
        'Also serves GET /metrics for Prometheus and GET /healthz for a supervisor.\n' +
          'Shows runs from every machine; runs started from a page continue when it ends.\n' +
          'Next to hubgen.portals.ts it shows all portals, and the pages of each.',
      )
      .example('$0 dashboard', 'Then open http://localhost:5001')
      .example(
        'HUBGEN_DASHBOARD_TOKEN=… $0 dashboard --host 0.0.0.0',
        'For other machines, behind a TLS proxy',
      ),
  handler: async ({ directory, host, port: typed, basePath, json }) => {
    const port = readPort(typed, 'dashboard')
    // Loaded lazily: the server and the database client take longer to load than most commands take to run.
    const { runDashboard } = await import('./run-dashboard.ts')
    await runDashboard({ directory, host, port, basePath, format: json ? 'json' : 'text' })
  },
})
