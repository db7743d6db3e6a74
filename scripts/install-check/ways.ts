/** A package manager, and how README's steps are typed with it. */
export interface Way {
  readonly name: string
  /** The package that has the manager; undefined for the npm of this machine. */
  readonly tool?: string
  /** Files that have to exist before the installation, by name. */
  readonly files?: Readonly<Record<string, string>>
  /** The command that installs the packed file, in place of README's. */
  install(tarball: string): string
  /** In place of `npx hubgen`. */
  readonly hubgen: string
  /** `none`: the embedded Postgres is left out, and `DATABASE_URL` names a server. */
  readonly embedded?: 'none'
}

const emptyLock = { 'yarn.lock': '' }

/** From the most common. */
export const ways: readonly Way[] = [
  {
    name: 'npm',
    install: (tarball) => `npm install ${tarball} kysely`,
    hubgen: 'npx hubgen',
  },
  {
    name: 'pnpm',
    tool: 'pnpm@10',
    install: (tarball) => `pnpm add ${tarball} kysely`,
    hubgen: 'pnpm exec hubgen',
  },
  {
    name: 'npm-12',
    tool: 'npm@12',
    install: (tarball) => `npm install ${tarball} kysely`,
    hubgen: 'npx hubgen',
  },
  {
    name: 'npm-ignore-scripts',
    install: (tarball) => `npm install --ignore-scripts ${tarball} kysely`,
    hubgen: 'npx hubgen',
  },
  {
    name: 'npm-omit-optional',
    install: (tarball) => `npm install --omit=optional ${tarball} kysely`,
    hubgen: 'npx hubgen',
    embedded: 'none',
  },
  {
    name: 'yarn-classic',
    tool: 'yarn@1',
    install: (tarball) => `yarn add ${tarball} kysely`,
    hubgen: 'yarn -s hubgen',
  },
  {
    name: 'yarn-pnp',
    tool: '@yarnpkg/cli-dist@4',
    files: { ...emptyLock, '.yarnrc.yml': 'nodeLinker: pnp\nenableTelemetry: false\n' },
    install: (tarball) => `yarn add hubgen@file:${tarball} kysely`,
    hubgen: 'yarn hubgen',
  },
  {
    name: 'yarn-node-modules',
    tool: '@yarnpkg/cli-dist@4',
    files: { ...emptyLock, '.yarnrc.yml': 'nodeLinker: node-modules\nenableTelemetry: false\n' },
    install: (tarball) => `yarn add hubgen@file:${tarball} kysely`,
    hubgen: 'yarn hubgen',
  },
  {
    name: 'bun',
    tool: 'bun@1',
    install: (tarball) => `bun add ${tarball} kysely`,
    hubgen: 'bunx hubgen',
  },
]
