/** The first word that is neither an option nor the value of `--directory` or `--portal`. */
export function commandOf(args: readonly string[]): string | undefined {
  return args.find(
    (argument, index) =>
      !argument.startsWith('-') && !/^(-d|--directory|--portal)$/.test(args[index - 1] ?? ''),
  )
}
