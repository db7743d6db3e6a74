import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createDatabase } from '../support/postgres.ts'
import { runHubgen } from '../support/run-hubgen.ts'
import { startTestSimulator } from '../support/simulator.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

test('equal portals share generated files, which name none of them', async () => {
  await using stack = new AsyncDisposableStack()
  const root = stack.use(await temporaryDirectory()).path
  const environment: Record<string, string> = { HUBGEN_LOGS: 'off' }
  const portals: Record<string, object> = {}
  const databases = []
  for (const [name, portalId] of [
    ['acme', 101],
    ['globex', 102],
  ] as const) {
    const records = { deals: portalId - 90 }
    const simulator = stack.use(await startTestSimulator({ portalId, seed: portalId, records }))
    const database = stack.use(await createDatabase())
    databases.push(database)
    Object.assign(environment, { TOKEN: simulator.token, [`${name}_db`]: database.url })
    portals[name] = {
      portalId,
      tokenFrom: 'TOKEN',
      databaseFrom: `${name}_db`,
      generated: 'shared',
    }
    await mkdir(join(root, 'portals', name), { recursive: true })
    await writeFile(join(root, 'portals', name, '.env'), `HUBSPOT_API_URL=${simulator.url}`)
  }
  const text = `export default ${JSON.stringify({ portals })}`
  await writeFile(join(root, 'hubgen.portals.ts'), text)
  const succeed = async (...args: readonly string[]) => {
    const { exitCode, output, errors } = await runHubgen(root, args, environment)
    expect(exitCode, `${output}\n${errors}`).toBe(0)
  }
  await succeed('explore', 'deals', '--portal', 'acme')
  await succeed('generate', 'deals', '--portal', 'acme')
  const analysis = await readFile(join(root, 'shared/deals/analysis.json'), 'utf8')
  expect(JSON.parse(analysis)).toMatchObject({ portal: null })
  await succeed('migrate', '--portals', 'all')
  for (const name of ['acme', 'globex']) await succeed('sync', 'deals', '--portal', name)
  await succeed('check', 'deals', '--portals', 'all')
  const rows = await Promise.all(
    databases.map((database) =>
      database.query('SELECT DISTINCT portal_id, count(*) FROM hubspot.deal GROUP BY 1'),
    ),
  )
  expect(rows).toEqual([
    [{ portal_id: '101', count: expect.any(String) }],
    [{ portal_id: '102', count: expect.any(String) }],
  ])
})
