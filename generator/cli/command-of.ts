/** The first word that is neither an option nor the value of `--directory`, `--portal` and the like. */
export function commandOf(args: readonly string[]): string | undefined {
  return args.find(
    (argument, index) =>
      !argument.startsWith('-') &&
      !/^(-d|--directory|--portals?|--canary)$/.test(args[index - 1] ?? ''),
  )
}
