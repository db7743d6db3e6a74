/** A page as it was shown, without its frame. */
export interface KeptPage {
  readonly title: string
  readonly section: string
  readonly live: string | null
  readonly body: string
  readonly at: Date
}

/** Together at most some megabytes. */
const mostPages = 40
const mostCharacters = 256 * 1024

/** The newest pages by address, to be shown while the database is away. Pages with values of records are not kept. */
export class KeptPages {
  readonly #pages = new Map<string, KeptPage>()

  keep(address: string, page: KeptPage): void {
    this.#pages.delete(address)
    if (page.body.length > mostCharacters || address.includes('values=shown')) return
    this.#pages.set(address, page)
    const [oldest] = this.#pages.keys()
    if (this.#pages.size > mostPages && oldest !== undefined) this.#pages.delete(oldest)
  }

  find(address: string): KeptPage | null {
    return this.#pages.get(address) ?? null
  }
}
