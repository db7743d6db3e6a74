/** The simulator in its own process, started by `startPortal`. It ends with the process that started it. */
import { createStore } from '../../simulator/create-store.ts'
import { startSimulator } from '../../simulator/start-simulator.ts'
import type { PortalOptions, PortalOrder, PortalReply } from './portal.ts'
import { withContactProperties } from './wide-store.ts'

const { contacts, properties, keepsRecords, ...options } = JSON.parse(
  process.argv[2] ?? '{}',
) as PortalOptions

const simulator = await startSimulator({
  ...options,
  store: withContactProperties(
    createStore({ records: { contacts }, now: () => Date.now() }),
    properties,
  ),
  // The first reading, which fills the cache, puts all names into the URL.
  ...(keepsRecords && { urlLimitBytes: 1_000_000 }),
  recordCacheBytes: keepsRecords ? Number.POSITIVE_INFINITY : 0,
})

process.once('disconnect', () => process.exit())
process.on('message', (order: PortalOrder) => {
  changeContacts(order.changeContacts)
  reply({ changed: order.changeContacts })
})
reply({ url: simulator.url, token: simulator.token })

function reply(message: PortalReply): void {
  process.send?.(message)
}

/** Changes one value, and thereby the modified stamp, of `count` contacts, evenly spread. */
function changeContacts(count: number): void {
  const { store } = simulator
  const step = Math.floor(store.count('0-1') / count)
  const ids: string[] = []
  let index = 0
  for (const { id } of store.scan('0-1', 0n, { archived: false })) {
    if (index % step === 0 && ids.length < count) ids.push(id)
    index += 1
  }
  for (const id of ids) store.update('0-1', id, { firstname: `Changed ${id}` })
}
