import { defineCommand } from '../define-command.ts'
import { databaseChoices, hubspotChoices } from './init-choices.ts'

/** `hubgen init`: asks for the token and the database, and writes the initial files of a project. */
export const initCommand = defineCommand({
  command: 'init',
  describe:
    'Set up a folder: .env, configuration, .gitignore, tsconfig.json, git, nightly workflow',
  builder: (yargs) =>
    yargs
      .option('hubspot', {
        choices: hubspotChoices,
        describe: 'Where the token comes from: HUBSPOT_API_TOKEN, standard input, or none yet',
      })
      .option('database', {
        choices: databaseChoices,
        describe: 'Embedded Postgres, or the NEON_* or DATABASE_URL of the environment',
      })
      .epilogue(
        'On a terminal it asks two questions; with an option, or without a terminal, it asks ' +
          'nothing. The token is checked with one API call. It overwrites no file.',
      )
      .example('$0 init', 'Asks for the token and the database')
      .example('$0 init --hubspot simulator', 'Asks nothing; for trying it without a token')
      .example(
        'pass hubspot | $0 init --hubspot stdin',
        'Keeps the token out of the shell history',
      ),
  handler: async ({ hubspot, database }) => {
    const { runInit } = await import('./run-init.ts')
    await runInit(process.cwd(), { hubspot, database })
  },
})
