import { HubgenError } from '../../runtime/errors.ts'

/** Does work that writes files; errors of the file system become FILE_UNWRITABLE. */
export async function orUnwritable<T>(directory: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    const { code, path } = cause as NodeJS.ErrnoException
    if (cause instanceof HubgenError || code === undefined) throw cause
    throw new HubgenError('FILE_UNWRITABLE', `files cannot be written here (${code})`, {
      at: path?.replace(/\.\d+\.tmp$/, '') ?? directory,
      fix: 'check the permissions of the folder and the space on its disk, then run it again',
      cause,
    })
  }
}
