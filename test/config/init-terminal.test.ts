import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { controlC, down, enter, openTerminal } from '../support/open-terminal.ts'
import { openProject, type Project } from '../support/project.ts'

let project: Project

beforeEach(async () => {
  project = await openProject()
})
afterEach(() => project[Symbol.asyncDispose]())

function init(environment: NodeJS.ProcessEnv = {}) {
  const { HUBSPOT_API_URL } = project.environment
  return openTerminal(project.directory, ['init'], { HUBSPOT_API_URL, ...environment })
}

async function settings(): Promise<NodeJS.Dict<string>> {
  return parseEnv(await project.read('.env'))
}

test('two answers: a token that HubSpot accepts, and the URL that the console of Neon copies', async () => {
  const { token } = project.simulator
  const url = 'postgresql://owner:npg_secret@ep-x.eu-central-1.aws.neon.tech/neondb?sslmode=require'
  const terminal = init()
  await terminal.asks('Which HubSpot')
  terminal.type(enter)
  await terminal.asks('Token')
  terminal.type(token + enter)
  await terminal.asks('The token reads portal')
  await terminal.asks('Where do the tables go')
  terminal.type(down + enter)
  await terminal.asks('Connection URL')
  terminal.type(`psql '${url}'${enter}`)
  const { exitCode, screen } = await terminal.ended
  expect({ exitCode, screen }).toMatchObject({ exitCode: 0 })
  expect(project.simulator.requests.total).toBe(1)
  expect(await settings()).toMatchObject({ HUBSPOT_API_TOKEN: token, DATABASE_URL: url })
  expect((await stat(join(project.directory, '.env'))).mode & 0o777).toBe(0o600)
  expect(screen).not.toContain(token)
  expect(screen).not.toContain('npg_secret')
  expect(screen).not.toContain('set HUBSPOT_API_TOKEN')
})

test('the screen shows why a token is refused, and another one may be typed', async () => {
  const terminal = init()
  await terminal.asks('Which HubSpot')
  terminal.type(enter)
  await terminal.asks('Token')
  terminal.type(`a b${enter}`)
  await terminal.asks('contains spaces')
  // Ctrl-U removes the line.
  terminal.type(`\x15pat-na1-wrong${enter}`)
  await terminal.asks('does not accept the token')
  await terminal.asks('What now')
  terminal.type(enter)
  await terminal.asks('Token')
  terminal.type(project.simulator.token + enter)
  await terminal.asks('Where do the tables go')
  terminal.type(enter)
  const { exitCode, screen } = await terminal.ended
  expect({ exitCode, screen }).toMatchObject({ exitCode: 0 })
  expect(screen).not.toContain('pat-na1-wrong')
  expect((await settings())['HUBSPOT_API_TOKEN']).toBe(project.simulator.token)
  expect(await settings()).not.toHaveProperty('DATABASE_URL')
})

test('a token that cannot be checked may be kept', async () => {
  const terminal = init({ HUBSPOT_API_URL: 'http://127.0.0.1:1' })
  await terminal.asks('Which HubSpot')
  terminal.type(enter)
  await terminal.asks('Token')
  terminal.type(`pat-na1-unchecked${enter}`)
  await terminal.asks('cannot be reached')
  await terminal.asks('What now')
  terminal.type(down + enter)
  await terminal.asks('Where do the tables go')
  terminal.type(enter)
  expect((await terminal.ended).exitCode).toBe(0)
  expect((await settings())['HUBSPOT_API_TOKEN']).toBe('pat-na1-unchecked')
})

test('both questions may be skipped with Enter alone', async () => {
  const terminal = init()
  await terminal.asks('Which HubSpot')
  terminal.type(enter)
  await terminal.asks('Token')
  terminal.type(enter)
  await terminal.asks('Where do the tables go')
  terminal.type(down + enter)
  await terminal.asks('Connection URL')
  terminal.type(enter)
  const { exitCode, screen } = await terminal.ended
  expect(exitCode).toBe(0)
  expect(screen).toContain('next: set HUBSPOT_API_TOKEN in .env')
  expect(await settings()).toEqual({ HUBSPOT_API_TOKEN: '' })
})

test('Ctrl-C writes nothing', async () => {
  const terminal = init()
  await terminal.asks('Which HubSpot')
  terminal.type(enter)
  await terminal.asks('Token')
  terminal.type(controlC)
  const { exitCode, screen } = await terminal.ended
  expect(exitCode).toBe(130)
  expect(screen).toContain('nothing was written')
  expect(await readdir(project.directory)).toEqual([])
})

test('a token is not read from a terminal that would show it', async () => {
  const { exitCode, screen } = await openTerminal(
    project.directory,
    ['init', '--hubspot', 'stdin'],
    {},
  ).ended
  expect(exitCode).toBe(1)
  expect(screen).toContain('error[USAGE]')
})

test('an existing .env needs no answers, and an option asks nothing', async () => {
  const chosen = openTerminal(project.directory, ['init', '--hubspot', 'simulator'], {})
  expect((await chosen.ended).exitCode).toBe(0)
  expect(await settings()).toEqual({
    HUBSPOT_API_URL: 'http://127.0.0.1:5555',
    HUBSPOT_API_TOKEN: project.simulator.token,
  })
  const { exitCode, screen } = await init().ended
  expect(exitCode).toBe(0)
  expect(screen).not.toContain('Which HubSpot')
})
