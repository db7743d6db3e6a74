import { execFile } from 'node:child_process'
import { HubgenError } from '../../runtime/errors.ts'

/** The git repository that contains a folder; every path is relative to that folder. */
export interface Repository {
  /** Paths of staged changes, and those of the given paths that have uncommitted changes. */
  uncommitted(paths: readonly string[]): Promise<readonly string[]>
  /** Of these existing files, those that are new or changed since the last commit; without ignored ones. */
  unsaved(paths: readonly string[]): Promise<readonly string[]>
  /**
   * Commits exactly these paths, including new and deleted ones, and returns the short name of the commit.
   */
  commit(paths: readonly string[], message: string): Promise<string>
}

/** Limit on the paths that an error lists. */
const LISTED_PATHS = 10

/** Fails with GIT_MISSING, or with NOT_A_GIT_REPOSITORY. */
export async function openRepository(directory: string): Promise<Repository> {
  const git = (args: readonly string[], input = '') => runGit(directory, args, input)
  const inside = await git(['rev-parse', '--is-inside-work-tree'])
  if (isRefused(inside)) throw gitFailed(inside, ownershipFix)
  if (inside.exitCode !== 0 || inside.output.trim() !== 'true') {
    throw new HubgenError('NOT_A_GIT_REPOSITORY', 'this folder is not in a git repository', {
      at: directory,
      fix: '`git init`, or run it where the generated files are committed',
    })
  }
  return {
    async uncommitted(paths) {
      const staged = await expectGit(git(['diff', '--cached', '--name-only', '-z']))
      const changed =
        paths.length === 0
          ? ''
          : await expectGit(
              git(['status', '--porcelain', '-z', '--untracked-files=all', '--', ...paths]),
            )
      const lines = changed.split('\0').map((line) => line.slice('XY '.length))
      return [...new Set([...staged.split('\0'), ...lines])].filter((path) => path !== '').sort()
    },
    async unsaved(paths) {
      if (paths.length === 0) return []
      const options = ['--others', '--modified', '--exclude-standard', '--deduplicate', '-z']
      const listed = await expectGit(git(['ls-files', ...options, '--', ...paths]))
      return listed.split('\0').filter((path) => path !== '')
    },
    async commit(paths, message) {
      await expectGit(git(['add', '--all', '--', ...paths]))
      // Keeps lines of the message that begin with `#`, which git would otherwise drop as comments.
      const options = ['--quiet', '--cleanup=whitespace', '--file=-']
      const committed = await git(['commit', ...options, '--', ...paths], message)
      if (committed.exitCode !== 0) {
        await git(['reset', '--quiet', '--', ...paths])
        throw gitFailed(committed, 'the files are written but not staged: commit them yourself')
      }
      return (await expectGit(git(['rev-parse', '--short', 'HEAD']))).trim()
    },
  }
}

/**
 * Makes a folder a git repository, unless it is in one. Fails with GIT_MISSING or GIT_FAILED.
 */
export async function createRepository(directory: string): Promise<'written' | 'kept'> {
  const git = (args: readonly string[]) => runGit(directory, args, '')
  const inside = await git(['rev-parse', '--git-dir'])
  if (inside.exitCode === 0 || isRefused(inside)) return 'kept'
  await expectGit(git(['init', '--quiet']))
  return 'written'
}

/** Uncommitted changes would become part of the commit or be overwritten. */
export function gitNotClean(paths: readonly string[]): HubgenError {
  const listed = paths.slice(0, LISTED_PATHS).map((path) => `\n  - ${path}`)
  const more = paths.length - listed.length
  if (more > 0) listed.push(`\n  - and ${more} more`)
  return new HubgenError(
    'GIT_NOT_CLEAN',
    `there are uncommitted changes, so nothing was written:${listed.join('')}`,
    { fix: 'commit them or run `git stash`, then run the command again' },
  )
}

interface GitResult {
  readonly exitCode: number
  readonly output: string
  readonly errors: string
}

async function expectGit(running: Promise<GitResult>): Promise<string> {
  const result = await running
  if (result.exitCode !== 0)
    throw gitFailed(result, 'fix the problem that git reports, then run the command again')
  return result.output
}

const ownershipFix = 'run it as the owner of the repository, or trust it with the command above'

/** Git does not use a repository of another user. */
function isRefused({ errors }: GitResult): boolean {
  return errors.includes('dubious ownership')
}

function gitFailed({ errors, output }: GitResult, fix: string): HubgenError {
  const said = (errors.trim() || output.trim()).split('\n').join('\n  ')
  return new HubgenError('GIT_FAILED', `git refused:\n  ${said}`, { fix })
}

/** Treats paths literally instead of as patterns, and makes git print English messages. */
function runGit(directory: string, args: readonly string[], input: string): Promise<GitResult> {
  const environment = { ...process.env, GIT_LITERAL_PATHSPECS: '1', LC_ALL: 'C' }
  return new Promise((resolve, reject) => {
    const child = execFile(
      'git',
      args,
      { cwd: directory, env: environment, maxBuffer: 64 * 1024 * 1024 },
      (error, output, errors) => {
        if (error !== null && error.code === 'ENOENT') reject(gitMissing())
        else resolve({ exitCode: error === null ? 0 : Number(error.code ?? 1), output, errors })
      },
    )
    // Git may exit without reading its input; its exit code says more than a broken pipe.
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
  })
}

function gitMissing(): HubgenError {
  return new HubgenError('GIT_MISSING', 'the program `git` is not installed', {
    fix: 'install git, or run the command without `--commit`',
  })
}
