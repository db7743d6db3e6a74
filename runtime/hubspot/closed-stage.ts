/** Whether a stage ends things: deals say `isClosed`, tickets `ticketState` as well, custom objects `state`. */
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
