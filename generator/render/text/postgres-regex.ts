/**
 * A regular expression for Postgres that matches the texts that one of RE2, which HubSpot uses, matches from their
 * beginning to their end; null if it has a part that Postgres reads in another way or could refuse. Postgres compiles a pattern when it plans a
 * statement, so a refused one would stop the whole file; and a pattern that repeats large groups takes memory
 * and time. Both have no backtracking, so nothing here can hang.
 */
export function postgresRegex(pattern: string): string | null {
  if (pattern.length > longestPattern || !/^[\x20-\x7e]*$/.test(pattern)) return null
  const [, flags = '', rest = ''] = /^(\(\?i\))?(.*)$/.exec(pattern) ?? []
  const parsed = new Parser(rest).parse()
  if (parsed === null || parsed.size > largestSize) return null
  // `***:` keeps Postgres from reading a pattern that begins with `***` as a directive.
  return `***:${flags}\\A(?:${parsed.text})\\Z`
}

const longestPattern = 400
/** Characters of the pattern after its repetitions are written out. */
const largestSize = 1_000
/** Postgres's limit of `{n}`. */
const mostRepeats = 255

interface Part {
  readonly text: string
  readonly size: number
}

/** RE2's classes are ASCII; those of Postgres follow the locale. */
const classes: Readonly<Record<string, string>> = {
  d: '0-9',
  w: 'A-Za-z0-9_',
  s: '\\t\\n\\f\\r ',
}

const controls = new Set(['t', 'n', 'f', 'r', 'v'])
const boundaries: Readonly<Record<string, string>> = { b: '\\y', B: '\\Y', A: '\\A', z: '\\Z' }
const isPunctuation = (character: string) => /^[!-/:-@[-`{-~]$/.test(character)

class Unsupported extends Error {}

class Parser {
  readonly #text: string
  #place = 0

  constructor(text: string) {
    this.#text = text
  }

  parse(): Part | null {
    try {
      const whole = this.#alternatives()
      return this.#place === this.#text.length ? whole : null
    } catch (error) {
      if (error instanceof Unsupported) return null
      throw error
    }
  }

  #alternatives(): Part {
    const branches = [this.#branch()]
    while (this.#takes('|')) branches.push(this.#branch())
    return {
      text: branches.map(({ text }) => text).join('|'),
      size: branches.reduce((sum, { size }) => sum + size, branches.length),
    }
  }

  #branch(): Part {
    let text = ''
    let size = 0
    while (this.#place < this.#text.length && !this.#isNext('|') && !this.#isNext(')')) {
      const piece = this.#repeated(this.#atom())
      text += piece.text
      size += piece.size
    }
    // Postgres refuses an empty branch in some places.
    return text === '' ? { text: '(?:)', size: 1 } : { text, size }
  }

  #repeated(atom: Part & { readonly isPlace?: true }): Part {
    const [quantifier = '', least, comma, most] =
      /^(?:[*+?]|\{(\d{1,4})(?:(,)(\d{1,4})?)?\})/.exec(this.#text.slice(this.#place)) ?? []
    if (quantifier === '') {
      if (this.#isNext('{')) throw new Unsupported()
      return atom
    }
    if (atom.isPlace) throw new Unsupported()
    this.#place += quantifier.length
    const [low, high] = [Number(least ?? 0), Number(most ?? least ?? 1)]
    if (Math.max(low, high) > mostRepeats || (comma !== undefined && high < low)) {
      throw new Unsupported()
    }
    // Lazy or not decides which text matches, not whether one does.
    this.#takes('?')
    if (/^[*+?{]/.test(this.#text.slice(this.#place))) throw new Unsupported()
    return { text: atom.text + quantifier, size: atom.size * Math.max(1, high) }
  }

  #atom(): Part & { readonly isPlace?: true } {
    const character = this.#next()
    if (character === '^' || character === '$') return { text: character, size: 1, isPlace: true }
    if (character === '.') return { text: '[^\\n]', size: 1 }
    if (character === '(') return this.#group()
    if (character === '[') return this.#set()
    if (character === '\\') return this.#escape()
    if ('*+?{})'.includes(character)) throw new Unsupported()
    return { text: isPunctuation(character) ? `\\${character}` : character, size: 1 }
  }

  #group(): Part {
    if (this.#isNext('?')) {
      const [opening] = /^\?(?::|P?<[A-Za-z_]\w*>)/.exec(this.#text.slice(this.#place)) ?? []
      if (opening === undefined) throw new Unsupported()
      this.#place += opening.length
    }
    const inner = this.#alternatives()
    if (!this.#takes(')')) throw new Unsupported()
    return { text: `(?:${inner.text})`, size: inner.size }
  }

  #escape(): Part & { readonly isPlace?: true } {
    const character = this.#next()
    const boundary = boundaries[character]
    if (boundary !== undefined) return { text: boundary, size: 1, isPlace: true }
    const members = classes[character.toLowerCase()]
    if (members !== undefined) {
      return { text: `[${character === character.toLowerCase() ? '' : '^'}${members}]`, size: 1 }
    }
    return { text: escaped(character), size: 1 }
  }

  /** In brackets; without ranges between classes, which are errors, and POSIX classes by name. */
  #set(): Part {
    let text = this.#takes('^') ? '[^' : '['
    const begin = this.#place
    while (this.#place === begin || !this.#isNext(']')) text += this.#member()
    this.#place += 1
    return { text: `${text}]`, size: 1 }
  }

  #member(): string {
    const [named] = /^\[:(?:alnum|alpha|digit|lower|upper|space|punct|xdigit):\]/.exec(
      this.#text.slice(this.#place),
    ) ?? ['']
    if (named !== '') {
      this.#place += named.length
      return posixClasses[named.slice(2, -2)] ?? ''
    }
    const first = this.#single()
    if (first.isClass || !/^-[^\]]/.test(this.#text.slice(this.#place))) return first.text
    this.#place += 1
    const last = this.#single()
    if (last.isClass || last.code < first.code) throw new Unsupported()
    return `${first.text}-${last.text}`
  }

  #single(): { readonly text: string; readonly code: number; readonly isClass: boolean } {
    const character = this.#next()
    if (character !== '\\') {
      const text = isPunctuation(character) ? `\\${character}` : character
      return { text, code: character.charCodeAt(0), isClass: false }
    }
    const name = this.#next()
    const members = classes[name]
    if (members !== undefined) return { text: members, code: 0, isClass: true }
    if (controls.has(name)) return { text: `\\${name}`, code: 0, isClass: true }
    return { text: escaped(name), code: name.charCodeAt(0), isClass: false }
  }

  #next(): string {
    const character = this.#text[this.#place]
    if (character === undefined) throw new Unsupported()
    this.#place += 1
    return character
  }

  #isNext(character: string): boolean {
    return this.#text[this.#place] === character
  }

  #takes(character: string): boolean {
    const isNext = this.#isNext(character)
    if (isNext) this.#place += 1
    return isNext
  }
}

const posixClasses: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  digit: '0-9',
  lower: 'a-z',
  upper: 'A-Z',
  space: '\\t\\n\\v\\f\\r ',
  punct: '\\!-\\/\\:-\\@\\[-\\`\\{-\\~',
  xdigit: '0-9A-Fa-f',
}

/** An escaped punctuation mark stands for itself, some letters for a control character; others differ. */
function escaped(character: string): string {
  if (isPunctuation(character) || controls.has(character)) return `\\${character}`
  throw new Unsupported()
}
