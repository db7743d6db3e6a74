/** A page of the dashboard and the name of its pictures in `docs/screenshots`. */
export interface Shot {
  readonly name: string
  /** As the dashboard's source names the route. */
  readonly route: string
  /** The path to open. */
  readonly path: string
  readonly schemes: readonly ColorScheme[]
}

export type ColorScheme = 'light' | 'dark'

/** The screens: their width in CSS pixels, and the height at which a long page is cut. */
export const screens = {
  desktop: { width: 1280, height: 800, mostHeight: 1_100 },
  phone: { width: 390, height: 844, mostHeight: 1_400 },
} as const

export type Screen = keyof typeof screens

const light = ['light'] as const
const both = ['light', 'dark'] as const

/** While no run is active. */
export const stillShots: readonly Shot[] = [
  { name: 'entity', route: '/entities/:entity', path: '/entities/tickets', schemes: light },
  {
    name: 'properties',
    route: '/entities/:entity/properties',
    path: '/entities/deals/properties',
    schemes: light,
  },
  { name: 'quality', route: '/quality', path: '/quality', schemes: light },
  {
    name: 'quality-of-entity',
    route: '/entities/:entity/quality',
    path: '/entities/deals/quality',
    schemes: light,
  },
  {
    name: 'quarantine',
    route: '/quarantine',
    path: '/quarantine?entity=deals',
    schemes: light,
  },
  { name: 'drift', route: '/drift', path: '/drift', schemes: light },
]

/** During a sync of contacts. */
export const runningShots: readonly Shot[] = [
  { name: 'overview', route: '/', path: '/', schemes: both },
  {
    name: 'entity-running',
    route: '/entities/:entity',
    path: '/entities/contacts',
    schemes: both,
  },
]

/** Of a finished run; its number is appended to `path`. */
export const runShot: Shot = { name: 'run', route: '/runs/:run', path: '/runs/', schemes: light }

/** Of a dashboard that requires a token. */
export const loginShot: Shot = { name: 'login', route: '/login', path: '/login', schemes: light }

/** Of the overview when something is wrong, in the order in which they are taken. */
export const troubleShots = {
  never: { name: 'overview-never', route: '/', path: '/', schemes: light },
  lost: { name: 'overview-lost', route: '/', path: '/', schemes: light },
  token: { name: 'overview-token', route: '/', path: '/', schemes: both },
  away: { name: 'overview-away', route: '/', path: '/', schemes: light },
} as const satisfies Readonly<Record<string, Shot>>

/** Of a dashboard with an invalid HubSpot token, after a search for drift. */
export const errorShot: Shot = { name: 'error', route: '/drift', path: '/drift', schemes: light }

/** @internal Exported for tests. */
export const shots: readonly Shot[] = [
  ...stillShots,
  ...runningShots,
  runShot,
  loginShot,
  errorShot,
  ...Object.values(troubleShots),
]

/** `overview-phone-dark.png`. */
export function fileOf({ name }: Pick<Shot, 'name'>, screen: Screen, scheme: ColorScheme): string {
  return `${name}-${screen}${scheme === 'dark' ? '-dark' : ''}.png`
}
