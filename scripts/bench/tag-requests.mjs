/** Loaded into every slice by `NODE_OPTIONS`: the simulator's log then says which process made a call. */
import { subscribe } from 'node:diagnostics_channel'

subscribe('undici:request:create', ({ request }) => {
  request.addHeader('x-process', String(process.pid))
})
