import type { Database } from './database.ts'

/** What answers at the address: the server, or a pooler that lends connections for a transaction each. */
export type Route = 'direct' | 'pooled'

/** Neon says it in the host's name; its own proxy sits before both, so it cannot be told otherwise. */
export async function findPooler(database: Database): Promise<Route> {
  const { host } = database.label
  if (isNeon(host)) return /^[^.]+-pooler\./.test(host) ? 'pooled' : 'direct'
  return (await database.reachesServer()) ? 'direct' : 'pooled'
}

export function isNeon(host: string): boolean {
  return /\.neon\.(tech|build)$/i.test(host)
}
