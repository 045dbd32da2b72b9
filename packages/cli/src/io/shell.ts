/** A path as an argument in a line for a shell, quoted where it has to be. */
export function quoteForShell(path: string): string {
  // A leading dash would be an option of cd.
  const safe = path.startsWith("-") ? `./${path}` : path;
  return /^[\w./-]+$/.test(safe) ? safe : `'${safe.replaceAll("'", "'\\''")}'`;
}
