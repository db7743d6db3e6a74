import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** Scripts for the browser are text, because its types are not available here. */
const missingNames = `(() => {
        const problems = []
        const say = (element, what) => problems.push(what + ': ' + element.outerHTML.slice(0, 120))
        for (const input of document.querySelectorAll('input:not([type=hidden]), select, textarea')) {
          const named = input.labels.length > 0 || input.ariaLabel
          if (!named) say(input, 'no label')
        }
        for (const element of document.querySelectorAll('button, a')) {
          if (element.checkVisibility() && element.innerText.trim() === '' && !element.ariaLabel) say(element, 'no name')
        }
        for (const image of document.querySelectorAll('svg, [role=img], progress, meter')) {
          const labelled = image.ariaLabel || image.ariaHidden === 'true' || image.labels?.length > 0
          if (!labelled) say(image, 'no name')
        }
        for (const cell of document.querySelectorAll('th')) if (!cell.scope) say(cell, 'no scope')
        for (const table of document.querySelectorAll('table')) if (!table.querySelector('th')) say(table, 'no heading')
        const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id)
        for (const id of new Set(ids)) if (ids.indexOf(id) !== ids.lastIndexOf(id)) problems.push('twice: #' + id)
        if (document.querySelectorAll('h1').length !== 1) problems.push('not one h1')
        if (document.querySelectorAll('main').length !== 1) problems.push('not one main')
        if (document.documentElement.lang !== 'en') problems.push('no language')
        if (!document.title.endsWith(' · hubgen')) problems.push('no title')
        const levels = [...document.querySelectorAll('h1, h2, h3, h4')].map(({ tagName }) => Number(tagName[1]))
        if (levels.some((level, index) => level > (levels[index - 1] ?? 0) + 1)) problems.push('headings skip a level')
        return problems
      })()`

/** Elements without an accessible name, and missing landmarks; []: none. */
export function findMissingNames(page: Page): Promise<readonly string[]> {
  return page.evaluate<string[]>(missingNames)
}

const overflow = `(() => {
          const { scrollWidth, clientWidth } = document.documentElement
          if (scrollWidth <= clientWidth) return []
          const wide = [...document.querySelectorAll('body *')].filter((element) =>
            element.getBoundingClientRect().right > clientWidth + 1 && !element.closest('.scroll, pre, .log'))
          return [scrollWidth + ' wide: ' + wide.map(({ outerHTML }) => outerHTML.slice(0, 80)).join(' … ')]
        })()`

/** Elements that make the page scroll sideways at its width. */
export function findOverflow(page: Page): Promise<readonly string[]> {
  return page.evaluate<string[]>(overflow)
}

const foreignParts = `({
  pwned: window.pwned,
  elements: [...document.querySelectorAll('img, iframe, object, embed, base, style, template')]
    .map(({ outerHTML }) => outerHTML),
  scripts: [...document.scripts].map((script) => script.getAttribute('src') ?? script.text),
  handlers: [...document.querySelectorAll('*')].flatMap((element) =>
    element.getAttributeNames().filter((name) => name.startsWith('on') || name === 'style')),
})`

/** Effects of text that the page treated as markup. */
export interface ForeignParts {
  /** Set by a script that ran. */
  readonly pwned: unknown
  readonly elements: readonly string[]
  readonly scripts: readonly string[]
  readonly handlers: readonly string[]
}

export function findForeignParts(page: Page): Promise<ForeignParts> {
  return page.evaluate<ForeignParts>(foreignParts)
}

/** By WCAG, of a computed colour. */
const luminanceOf = `function luminanceOf(color) {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  canvas.fillStyle = color
  canvas.fillRect(0, 0, 1, 1)
  const [red, green, blue] = [...canvas.getImageData(0, 0, 1, 1).data].map((byte) => {
    const share = byte / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}`

/** Contrast of text with its background: less than 4.5 is hard to read. */
const contrastProblems = `(() => {
  const luminanceOf = ${luminanceOf}
  const seen = new Map()
  const isClear = (color) => color === 'transparent' || /^rgba\\(.*, 0\\)$/.test(color)
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '')
    if (!own || !element.checkVisibility() || element.disabled) continue
    let behind = element
    while (behind && isClear(getComputedStyle(behind).backgroundColor)) behind = behind.parentElement
    const text = getComputedStyle(element)[element instanceof SVGElement ? 'fill' : 'color']
    const back = behind ? getComputedStyle(behind).backgroundColor : 'canvas'
    seen.set(text + ' on ' + back, [text, back, element])
  }
  return [...seen].flatMap(([pair, [text, back, element]]) => {
    const [one, other] = [luminanceOf(text), luminanceOf(back)].sort((a, b) => b - a)
    const contrast = (one + 0.05) / (other + 0.05)
    return contrast >= 4.5 ? [] : [pair + ' is ' + contrast.toFixed(1) + ': ' + element.outerHTML.slice(0, 80)]
  })
})()`

/** In the page's current colours. */
export function findPoorContrast(page: Page): Promise<readonly string[]> {
  return page.evaluate<string[]>(contrastProblems)
}

/** Of the page's background: 0 is black, 1 is white. */
export function backgroundLuminance(page: Page): Promise<number> {
  return page.evaluate<number>(`(${luminanceOf})(getComputedStyle(document.body).backgroundColor)`)
}

const axeViolations = (options: object) => `axe.run(document, ${JSON.stringify({
  resultTypes: ['violations'],
  ...options,
})}).then(({ violations }) =>
  violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html.slice(0, 160))))`

/** By night only colours differ, a test holds, so only the rules about colours can then find something else. */
const rulesByScheme = { light: {}, dark: { runOnly: ['cat.color'] } } as const

/** The rules of axe-core that elements break by day and by night, with the elements; []: none. Leaves the page dark. */
export async function findWithAxe(page: Page): Promise<readonly string[]> {
  if (!(await page.evaluate<boolean>("'axe' in window"))) await page.evaluate(axe.source)
  const found: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    const violations = await page.evaluate<string[]>(axeViolations(rulesByScheme[colorScheme]))
    found.push(...violations.map((violation) => `${colorScheme}: ${violation}`))
  }
  return found
}

/** Problems of a page by day, by night and on a phone; []: none. Leaves the page at the width of a phone. */
export async function findUnreadable(page: Page): Promise<readonly string[]> {
  const found: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    found.push(...(await findPoorContrast(page)).map((problem) => `${colorScheme}: ${problem}`))
  }
  found.push(...(await findWithAxe(page)), ...(await findMissingNames(page)))
  for (const width of [390, 320]) {
    await page.setViewportSize({ width, height: 844 })
    found.push(...(await findOverflow(page)).map((problem) => `${width}: ${problem}`))
  }
  return found
}
