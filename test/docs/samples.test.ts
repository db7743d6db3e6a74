import { existsSync, readFileSync } from 'node:fs'
import { symlink, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compile } from '../support/compile.ts'
import { resultOf, startNode } from '../support/node-process.ts'
import { startHubgen } from '../support/run-hubgen.ts'
import { startTestSimulator } from '../support/simulator.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { type DocumentedProject, openDocumentedProject, runScript } from './documented-project.ts'
import { type Block, blocksOf, readDocument, repository } from './read-documents.ts'
import { samples } from './samples.ts'

const root = fileURLToPath(repository)

/** The blocks of a document for which `samples` has this word. */
function chosen(document: string, word: string): readonly Block[] {
  return blocksOf(readDocument(document)).filter(
    (_, index) => samples[document]?.[index]?.[1] === word,
  )
}

let project: DocumentedProject

beforeAll(async () => {
  project = await openDocumentedProject()
})

afterAll(() => project[Symbol.asyncDispose]())

describe('README.md', () => {
  /** The output of all its commands, without numbers. */
  let said = ''

  async function succeed(
    script: string,
    folder?: string,
    run: DocumentedProject['shell'] = project.shell,
  ): Promise<string> {
    const { exitCode, output } = await run(script, folder)
    said += withoutNumbers(output)
    expect(exitCode, output).toBe(0)
    return output
  }

  const [query] = chosen('README.md', 'run').filter(
    ({ language, name }) => language === 'ts' && name === '',
  )
  const runners: Readonly<Record<string, (block: Block) => Promise<void>>> = {
    async sh({ text }) {
      const askExitCodes = text.includes('hubgen status')
      await succeed(text, undefined, askExitCodes ? project.processes : project.shell)
    },
    // With the query that follows, so that tsc reads the same files twice and not three times.
    async json({ text }) {
      const settings = join(project.directory, 'tsconfig.existing.json')
      await writeFile(settings, text)
      await writeFile(join(project.directory, 'query.ts'), query?.text ?? '')
      expect(compile(settings)).toEqual({ status: 0, output: '' })
    },
    async ts(block) {
      if (block.name !== '') return useConfiguration(block)
      const settings = join(project.directory, 'tsconfig.json')
      expect(compile(settings)).toEqual({ status: 0, output: '' })
      expect(await succeed('node query.ts')).toMatch(/property_amount: ('[\d.]+'|null)/)
    },
  }

  async function useConfiguration({ name, text }: Block): Promise<void> {
    const folder = await project.addFolder('second')
    await succeed('npm init -y && npm pkg set type=module && npx hubgen init', folder)
    await writeFile(join(folder, name), text)
    const commands = ['explore --all', 'generate --all', 'migrate', 'sync --all', 'check --all']
    await succeed(commands.map((command) => `npx hubgen ${command}\n`).join(''), folder)
    expect(compile(join(folder, 'tsconfig.json'))).toEqual({ status: 0, output: '' })
    const schema = readFileSync(join(folder, 'generated/deals/schema.sql'), 'utf8')
    expect(schema).toMatch(/^ {2}property_crm_id text/m)
    expect(schema).toMatch(/^ {2}property_delivery__week text/m)
  }

  for (const block of chosen('README.md', 'run')) {
    it(`the ${block.language} at ${block.place} runs`, async () => {
      await runners[block.language]?.(block)
    })
  }

  it('every setting in the configuration of `hubgen init` may be uncommented', async () => {
    const folder = await project.addFolder('third')
    await succeed('npm init -y && npm pkg set type=module && npx hubgen init', folder)
    const path = join(folder, 'hubgen.config.ts')
    const text = readFileSync(path, 'utf8').replaceAll(/^ {2}\/\/ (?![A-Z])/gm, '  ')
    for (const name of ['exclude', 'columns', 'quality', 'whenGone']) {
      expect(text).toMatch(new RegExp(`^  ${name}: `, 'm'))
    }
    await writeFile(path, text)
    await succeed('npx hubgen explore --all && npx hubgen generate --all', folder)
    expect(compile(join(folder, 'tsconfig.json'))).toEqual({ status: 0, output: '' })
  })

  it('git has the generated files, and neither the token nor what belongs to the machine', async () => {
    const { output } = await project.shell('git ls-files')
    const folders = new Set(output.split('\n').map((path) => path.split('/')[0]))
    expect(folders).toContain('generated')
    for (const name of ['.env', '.hubgen', 'node_modules']) expect(folders).not.toContain(name)
  })

  const [terminal, tree] = chosen('README.md', 'compare')

  it('shows lines that the commands print', async () => {
    const lines = (terminal?.text ?? '').trimEnd().split('\n')
    const commands = lines.filter((line) => line.startsWith('$ '))
    expect(commands.length).toBeGreaterThan(2)
    await succeed(commands.map((line) => `${line.slice(2)}\n`).join(''))
    const missing = lines
      .filter((line) => !line.startsWith('$ '))
      .filter((line) => !said.split('\n').includes(withoutNumbers(line)))
    expect(missing).toEqual([])
  })

  it('names files that are generated', () => {
    const names = (tree?.text ?? '').match(/^ {2,4}[a-z]+\.\w+( {1,2}[a-z]+\.\w+)*/gm) ?? []
    const files = names.flatMap((line) => line.trim().split(/ +/))
    expect(files.length).toBeGreaterThan(12)
    const isThere = (file: string) =>
      ['generated', 'generated/deals'].some((folder) => existsSync(join(root, folder, file)))
    expect(files.filter((file) => !isThere(file))).toEqual([])
  })

  it('has the figures of test/bench/results.md', () => {
    const [, figures = ''] =
      /^\| figure \| median \|\n\|---\|---\|\n((?:\|.*\n)+)/m.exec(
        readDocument('README.md').text,
      ) ?? []
    const rows = figures.trimEnd().split('\n')
    const results = readDocument('test/bench/results.md').text
    expect(rows.length).toBeGreaterThan(3)
    expect(rows.filter((row) => !results.includes(`\n${row}`))).toEqual([])
  })
})

describe('docs/leaving-fivetran.md', () => {
  it('its configuration, its commands and its statements run', async () => {
    const [config, shell, resources, sql] = chosen('docs/leaving-fivetran.md', 'run')
    const directory = await project.addFolder('leaving')
    await writeFile(join(directory, 'package.json'), '{ "type": "module" }')
    await writeFile(join(directory, config?.name ?? ''), config?.text ?? '')
    const { exitCode, output } = await project.shell(`${shell?.text}${resources?.text}`, directory)
    expect(exitCode, output).toBe(0)
    for (const file of ['fivetran.sql', 'dbt.yml', 'sources.yml']) {
      expect(existsSync(join(directory, 'generated/compat', file))).toBe(true)
    }
    // A role belongs to the whole server, which other tests use.
    const statements = `BEGIN; CREATE ROLE dbt; ${sql?.text}; ROLLBACK`
    await project.query(directory, statements)
    await project.query(
      directory,
      `SELECT deal_id, deal_pipeline_stage_id FROM hubspot_fivetran.deal;
        SELECT id, type FROM hubspot_fivetran.email_event;
        SELECT contact_id, form_id FROM hubspot_fivetran.contact_form_submission`,
    )
  })
})

describe('simulator/README.md', () => {
  const blocks = chosen('simulator/README.md', 'run')
  const [start, faults] = blocks.filter(({ language }) => language === 'sh')
  const lines = (start?.text ?? '').trimEnd().split('\n')

  it.each(lines)('%s starts a portal', async (line) => {
    const [typed = ''] = line.split('#')
    const [, , ...args] = typed.trim().split(/ +/)
    const running = startHubgen('.', [...args, '--port', '0'])
    await running.says(/Ctrl-C stops it/)
    running.kill('SIGINT')
    expect((await resultOf(running)).exitCode).toBe(0)
  })

  it('its programs compile and run', async () => {
    await using directory = await temporaryDirectory()
    const programs = blocks.filter(({ language }) => language === 'ts').map(({ text }) => text)
    const from = relative(directory.path, join(root, 'simulator'))
    const program = programs.join('').replace("'./simulator/", `'${from}/`)
    const path = join(directory.path, 'program.ts')
    await symlink(join(root, 'node_modules'), join(directory.path, 'node_modules'))
    await writeFile(join(directory.path, 'package.json'), '{ "type": "module" }')
    await writeFile(path, `${program}console.log(simulator.faults.list().length)\n`)
    const settings = { extends: join(root, 'tsconfig.json'), include: ['program.ts'] }
    await writeFile(join(directory.path, 'tsconfig.json'), JSON.stringify(settings))
    expect(compile(join(directory.path, 'tsconfig.json'))).toEqual({ status: 0, output: '' })
    const { exitCode, output } = await resultOf(startNode(directory.path, [path], {}))
    expect({ exitCode, output }).toEqual({ exitCode: 0, output: '1\n' })
  })

  it('its faults can be added and removed over HTTP', async () => {
    await using simulator = await startTestSimulator()
    const { host } = new URL(simulator.url)
    const script = (faults?.text ?? '')
      .replaceAll('localhost:5555', host)
      .replaceAll('curl ', 'curl -sSf ')
    const { exitCode, output } = await runScript(script, root, { PATH: process.env['PATH'] ?? '' })
    expect(exitCode, output).toBe(0)
    expect(simulator.faults.list()).toEqual([])
  })
})

/** `12 s` and `1,188 records` as `# s` and `# records`; a table's widths as one space. */
function withoutNumbers(text: string): string {
  return text
    .replaceAll(/\d[\d.,]*/g, '#')
    .replaceAll('values', 'value')
    .replaceAll(/ +/g, ' ')
}
