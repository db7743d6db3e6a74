import { commands, createProgram } from '../generator/cli/program.ts'

const introduction = `# Commands

This page is the help of the command line: \`npx hubgen <command> --help\` prints the same text.

- **Name an entity as HubSpot names it**, in the plural or the singular: \`deals\`, \`line_item\`, or a custom object by its name,
  its fully qualified name (\`p123_car\`) or its type id (\`2-456\`).
- **\`--all\`** selects the \`entities\` of \`hubgen.config.ts\`. Without them it selects every object that the token may read for
  \`explore\`, and every generated entity for the other commands. \`generate\`, \`replay\` and \`quarantine\` do not read the list: they
  select everything that is in the folder or in the quarantine.
- **Settings** come from the environment or from \`.env\`. The file \`.env.example\`, which \`hubgen init\` writes, lists them.
- **Exit codes**: 0 for success, 1 for a failure that you can fix (\`fix:\` names the command), 130 after Ctrl-C, 70 for a bug. Of
  \`check\`, \`compare\`, \`diff\`, \`doctor\`, \`status\` and \`verify\` the exit code is the answer: 0 nothing is wrong, 1 something is, 2 they could not
  look. \`sync --max-calls\` ends with 0 at its limit, \`sync --slice\` with 3 if there is more to do and with 4 if other runs hold the rest.
- **\`--json\`** prints one JSON document per line, for programs.
`

/** `docs/commands.md`: a table of all commands, then the help of each. */
export async function renderCommands(): Promise<string> {
  const rows = commands.map(({ command, describe }) => {
    const typed = `hubgen ${String(command)}`
    return `| [\`${typed.replaceAll('|', '\\|')}\`](#hubgen-${nameOf(command)}) | ${String(describe).split('\n').join(' ')} |`
  })
  const parts = [introduction, ['| command | what it does |', '|---|---|', ...rows, ''].join('\n')]
  for (const { command } of commands) {
    const name = nameOf(command)
    parts.push(`## hubgen ${name}\n\n\`\`\`text\n${await helpOf(name)}\n\`\`\`\n`)
  }
  return parts.join('\n')
}

function nameOf(command: unknown): string {
  return String(command).split(' ')[0] ?? ''
}

function helpOf(name: string): Promise<string> {
  return new Promise((resolve) => {
    createProgram([], '', { launcher: '', columns: 80 }).parse(
      [name, '--help'],
      (_error: unknown, _argv: unknown, output: string) => resolve(output),
    )
  })
}
