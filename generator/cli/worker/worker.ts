import { HubgenError } from '../../../runtime/errors.ts'
import { defineCommand } from '../define-command.ts'

export const workerCommand = defineCommand({
  command: 'worker',
  describe: 'Sync the portals of hubgen.portals.ts that are due, together with other workers',
  builder: (yargs) =>
    yargs
      .option('slots', {
        type: 'string',
        default: '8',
        describe: 'How many portals at once; a quarter of the slots is for first syncs',
      })
      .option('json', { type: 'boolean', default: false, describe: 'Events as JSON lines' })
      .example('$0 worker', 'under a supervisor; docs/workers.md')
      .example('$0 worker --slots 2', 'on a small machine'),
  handler: async ({ slots, json }) => {
    const request = { slots: readSlots(slots), format: json ? 'json' : 'text' } as const
    const { runWorker } = await import('./run-worker.ts')
    await runWorker(request)
  },
})

const mostSlots = 100

function readSlots(text: string): number {
  const slots = /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (slots >= 1 && slots <= mostSlots) return slots
  throw new HubgenError(
    'USAGE',
    `\`--slots\` takes a whole number from 1 to ${mostSlots}, found \`${text}\``,
    { fix: 'a slot takes about 180 MB of memory: `hubgen worker --slots 8`' },
  )
}
