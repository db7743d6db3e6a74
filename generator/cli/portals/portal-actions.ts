/** The first words after `hubgen portals`. */
export const portalActions = ['list', 'apply', 'run', 'pause', 'resume', 'retry'] as const

export type PortalAction = (typeof portalActions)[number]
