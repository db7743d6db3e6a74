/** The current token by each former one. */
const renewed = new Map<string, string>()

/** From now on calls with the former token have the current one: an access token of OAuth is valid for half an hour. */
export function renewToken(former: string, current: string): void {
  for (const earlier of renewed.keys()) renewed.set(earlier, current)
  renewed.set(former, current)
}

/** The token to send in place of one that may have been renewed. */
export function renewedToken(token: string): string {
  return renewed.get(token) ?? token
}
