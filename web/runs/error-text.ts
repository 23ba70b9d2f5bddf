/** What an error says before it repeats what the program wrote last: that stands in the log, where it can be read. */
export function errorHead(message: string): string {
  return (message.split('\n', 1)[0] ?? '').replace(/ Last output:$/, '');
}

/** Lines that do not stand in the log. */
export function errorRest(message: string): string {
  const at = message.indexOf('\n');
  const first = at < 0 ? message : message.slice(0, at);
  return at < 0 || first.endsWith(' Last output:') ? '' : message.slice(at + 1);
}
