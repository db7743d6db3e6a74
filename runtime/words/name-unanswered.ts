import { nameSome } from './name-some.ts'

/** A property, and whether its values or its former values are missing. */
interface Lost {
  readonly property: string
  readonly part: 'records' | 'history'
}

/** `amount` or former values of `dealstage`: the object of "HubSpot does not answer". */
export function nameUnanswered(
  lost: readonly Lost[],
  list: (names: readonly string[]) => string = nameSome,
): string {
  const namesOf = (part: Lost['part']) =>
    lost.filter((one) => one.part === part).map(({ property }) => property)
  const [values, former] = [namesOf('records'), namesOf('history')]
  return [
    ...(values.length > 0 ? [list(values)] : []),
    ...(former.length > 0 ? [`former values of ${list(former)}`] : []),
  ].join(' or ')
}
