import type { Page } from 'playwright-core'
import type { TestDatabase } from './postgres.ts'

/** Waits until a page of an entity shows this state. */
export async function untilState(page: Page, state: string): Promise<void> {
  await page.locator('#entity-state', { hasText: new RegExp(`^${state}$`) }).waitFor()
}

/** The progress of the bar, of 1,000, once it has changed during a run. */
export async function untilBarMoves(page: Page, before: number): Promise<number> {
  const moved = page.locator(`.progress progress[value]:not([value="${before}"])`)
  const value = await moved.getAttribute('value')
  return Number(value)
}

/** Waits until the newest run in the history of the page has this outcome. */
export async function untilOutcome(page: Page, outcome: string): Promise<void> {
  const newest = page.locator('#history tbody tr').first().locator('.state')
  await newest.filter({ hasText: new RegExp(`^${outcome}$`) }).waitFor()
}

/** `run.number` of each line on the page, in order. */
export function linesOf(page: Page): Promise<readonly string[]> {
  return page
    .locator('#lines li')
    .evaluateAll((lines) => lines.map((line) => line.getAttribute('data-id') ?? ''))
}

/** The same from the events in the database. */
export async function toldLines(database: TestDatabase, runId: string): Promise<readonly string[]> {
  const rows = await database.query<{ line: string }>(
    `SELECT run_id || '.' || number AS line FROM hubgen.event
     WHERE run_id = $1 AND type <> 'progress' ORDER BY number`,
    [runId],
  )
  return rows.map(({ line }) => line)
}

/** Id and outcome of each run of an entity, the oldest first. */
export function runsOf(
  database: TestDatabase,
  entity: string,
): Promise<{ id: string; mode: string; outcome: string | null }[]> {
  return database.query('SELECT id, mode, outcome FROM hubgen.run WHERE entity = $1 ORDER BY id', [
    entity,
  ])
}

/** Begins a sync of everything up to the page that asks; `#confirm` starts it. */
export async function askForEverything(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sync everything' }).click()
  await page.getByRole('heading', { name: /^Sync everything of / }).waitFor()
}
