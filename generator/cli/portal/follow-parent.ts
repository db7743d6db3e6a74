/**
 * Ends this process with SIGTERM, which finishes its batch, once the `hubgen --portal` that started it is gone: otherwise it
 * would run on without a terminal after a `kill -9` of that process.
 */
export function followParent(): void {
  if (!process.env['HUBGEN_PORTAL'] || process.channel === undefined) return
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
  process.channel?.unref()
}
