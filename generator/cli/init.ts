import { defineCommand } from './define-command.ts'

/** `hubgen init`: writes the initial files of a project. */
export const initCommand = defineCommand({
  command: 'init',
  describe: 'Write a configuration, .env.example, .gitignore and a nightly GitHub workflow',
  builder: (yargs) => yargs.example('$0 init', 'Overwrites nothing that is there'),
  handler: async () => {
    const { describeInit, initProject } = await import('../project/init-project.ts')
    process.stdout.write(describeInit(await initProject(process.cwd())))
  },
})
