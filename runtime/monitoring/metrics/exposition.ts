/** A metric with its samples, in Prometheus' text format 0.0.4. */
export interface MetricFamily {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge'
  readonly samples: readonly Sample[]
}

export interface Sample {
  readonly labels?: Readonly<Record<string, string>>
  readonly value: number
}

/** The content type of the text. */
export const expositionType = 'text/plain; version=0.0.4; charset=utf-8'

/** The text of a scrape; families without samples are left out. Every sample also has the shared labels. */
export function renderExposition(
  families: readonly MetricFamily[],
  shared: Readonly<Record<string, string>> = {},
): string {
  return families
    .filter(({ samples }) => samples.length > 0)
    .flatMap(({ name, help, type, samples }) => [
      `# HELP ${name} ${escapeHelp(help)}\n`,
      `# TYPE ${name} ${type}\n`,
      ...samples.map(
        ({ labels = {}, value }) => `${name}${renderLabels({ ...shared, ...labels })} ${value}\n`,
      ),
    ])
    .join('')
}

function renderLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeValue(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escapeHelp(text: string): string {
  return text.toWellFormed().replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

function escapeValue(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"')
}
