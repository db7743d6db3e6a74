import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import Handlebars from 'handlebars'

/** Only `if` and `each` are called; saying so makes what Handlebars compiles a quarter shorter. */
const OPTIONS = { strict: true, noEscape: true, knownHelpersOnly: true }

const compiled = new Map<string, Handlebars.TemplateDelegate<object>>()

/**
 * Fills `templates/<name>.hbs`, e.g. `renderTemplate('schema.sql', view)`. Nothing is escaped here: a
 * view holds text that is already safe in the output's language. Printing a name that the view does not
 * have throws, so absence is written as null or [].
 */
export function renderTemplate(name: string, view: object): string {
  let template = compiled.get(name)
  if (template === undefined) {
    template = Handlebars.compile<object>(readTemplate(name), OPTIONS)
    compiled.set(name, template)
  }
  return template(view)
}

/** Through the package's own exports, so that it is found from the sources and from `dist/` alike. */
function readTemplate(name: string): string {
  return readFileSync(fileURLToPath(import.meta.resolve(`hubgen/templates/${name}.hbs`)), 'utf8')
}
