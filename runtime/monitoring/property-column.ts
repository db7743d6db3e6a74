/** Where the values of a property are kept. */
export interface PropertyColumn {
  /** HubSpot's name. */
  readonly property: string
  /** The newest one where the property was given another type; in `overflow` the key. */
  readonly column: string
  readonly place: 'column' | 'overflow'
  readonly type: string
}
