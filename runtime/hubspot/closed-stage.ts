/**
 * Whether a stage is a closed one: deals have `isClosed`, tickets also `ticketState`, custom objects
 * `state`.
 */
export function isClosedStage(metadata: Readonly<Record<string, unknown>>): boolean | null {
  const { isClosed, ticketState, state } = metadata
  return closedOf(isClosed) ?? closedOf(ticketState) ?? closedOf(state)
}

function closedOf(value: unknown): boolean | null {
  switch (String(value).toLowerCase()) {
    case 'true':
    case 'closed':
      return true
    case 'false':
    case 'open':
      return false
    default:
      return null
  }
}
