/**
 * The contents of `hubgen.portals.ts`, for several portals. Secrets are named and never contained: each `…From` is the name
 * of an environment variable, or of a file in the folder `secrets`. See docs/portals.md.
 */
export interface HubgenPortals {
  /**
   * The portals by name: lower-case letters, digits, `-` and `_`. The name is what `--portal` takes, and a portal keeps
   * it: it is also in addresses and in the queue.
   */
  readonly portals: Readonly<Record<string, PortalSettings>>
  /** The OAuth apps of portals with `oauth`, by a name of your choice. */
  readonly apps?: Readonly<Record<string, AppSettings>> | undefined
  /** A folder with one file per secret, such as `/run/secrets`; a variable of the same name takes precedence. */
  readonly secrets?: string | undefined
  /** The URL of the database with the queue of the workers: `queueFrom: 'HUBGEN_QUEUE_URL'`. */
  readonly queueFrom?: string | undefined
  /** How often portals are synced that say neither `every` nor `at`: `5m`, `1h`; `15m` by default. */
  readonly every?: string | undefined
  /** How long a worker works for one portal before another one gets its turn; `10m` by default. */
  readonly slice?: string | undefined
}

export interface PortalSettings {
  /** The portal's id in HubSpot. Commands refuse a token of another portal. */
  readonly portalId: number
  /** A service key or the token of a private app: `tokenFrom: 'ACME_TOKEN'`. */
  readonly tokenFrom?: string | undefined
  /** The installation of an OAuth app, instead of `tokenFrom`. */
  readonly oauth?: { readonly app: string; readonly refreshTokenFrom: string } | undefined
  /** The URL of the portal's own database: `databaseFrom: 'ACME_DATABASE_URL'`. */
  readonly databaseFrom: string
  /** The folder with `hubgen.config.ts`, logs and generated files; `portals/<name>` by default. */
  readonly folder?: string | undefined
  /** A folder of generated files that equal portals share: `shared`. By default each has its own, `<folder>/generated`. */
  readonly generated?: string | undefined
  /** How often it is synced: `5m`, `1h`, `1d`. */
  readonly every?: string | undefined
  /** When it is synced, instead of `every`: minute, hour, day, month and weekday, as in `0 6 * * *`. */
  readonly at?: string | undefined
  /** The time zone of `at`, such as `Europe/Berlin`; `UTC` by default. */
  readonly timeZone?: string | undefined
}

export interface AppSettings {
  readonly clientIdFrom: string
  readonly clientSecretFrom: string
}

/** Returns the portals unchanged; gives editors their type. */
export function definePortals(portals: HubgenPortals): HubgenPortals {
  return portals
}
