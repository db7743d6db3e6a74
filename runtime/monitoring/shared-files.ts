/**
 * Stands for an entity in `hubgen.drift` where drift is of files that all entities share, such as `index.ts`.
 * No entity has this name: theirs have no blank.
 */
export const sharedFiles = 'shared files'
