/** Number of records compared beyond ids and stamps, and what could not be compared. */
export interface Compared {
  /** Records compared value by value. */
  readonly values: number
  /** Records compared link by link, counted once per table. */
  readonly links: number
  /** Properties and tables of links that could not be compared, and why. */
  readonly left: readonly Left[]
}

export interface Left {
  readonly subject: string
  readonly why: string
}
