export const hubspotChoices = ['simulator', 'env', 'stdin', 'later'] as const
export const databaseChoices = ['embedded', 'env'] as const

/** The options of `hubgen init`; undefined for one that was not typed. */
export interface InitChoices {
  readonly hubspot: (typeof hubspotChoices)[number] | undefined
  readonly database: (typeof databaseChoices)[number] | undefined
}

/** Variables for `.env` by name; those that it lacks stay as in `.env.example`. */
export type Variables = ReadonlyMap<string, string>
