import { HubgenError } from '../../../runtime/errors.ts'
import { defineCommand } from '../define-command.ts'
import { portalActions } from './portal-actions.ts'

export const portalsCommand = defineCommand({
  command: 'portals [action] [name..]',
  describe: 'Show the portals of hubgen.portals.ts and their queue, or control them',
  builder: (yargs) =>
    yargs
      .positional('action', {
        type: 'string',
        default: 'list',
        describe:
          'list: the state of all; apply: make the queue and bring schedules to the file; run: make due now; pause, resume: the schedule; retry: portals that need a person',
      })
      .positional('name', { type: 'string', array: true, default: [], describe: 'Portals' })
      .option('plan', {
        type: 'boolean',
        default: false,
        describe: 'For apply: print the SQL that makes the tables of the queue, and run nothing',
      })
      .option('json', { type: 'boolean', default: false, describe: 'As JSON' })
      .example('$0 portals', '')
      .example('$0 portals apply --plan', 'review the SQL of the queue')
      .example('$0 portals run acme', 'sync it now, whatever its schedule is'),
  handler: async ({ action, name, plan, json }) => {
    const chosen = portalActions.find((one) => one === action)
    if (chosen === undefined) {
      throw new HubgenError('USAGE', `\`hubgen portals\` has no action ${JSON.stringify(action)}`, {
        fix: `use one of ${portalActions.join(', ')}`,
      })
    }
    const format = json ? 'json' : 'text'
    const { runPortalsAction } = await import('./run-portals-action.ts')
    await runPortalsAction({
      action: chosen,
      names: name.map(String),
      format,
      step: plan ? 'plan' : 'do',
    })
  },
})
