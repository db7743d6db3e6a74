/** The folder of generated files that belong to the portal and to no entity; also a word of commands. */
export const PORTAL_FOLDER = 'portal'
