/** Where a collector writes what it concludes: the tape itself, or beside other lines what the tape is made of. */
export function tapeTopic(line = ''): 'market-data' | 'line-data' {
  return line === '' ? 'market-data' : 'line-data'
}

/**
 * Under which key a collector writes what it hears, of all its venues: few large records cost every reader less than many
 * small ones.
 */
export function liveKey(line = ''): string {
  return line === '' ? 'live' : `${line}-live`
}

/** Whether a record is of a line, by its key `<line>-live` or `<venue>/<line>-…`; without a line every record is. */
export function isOfLine(key: string, line: string): boolean {
  return line === '' || key.slice(key.indexOf('/') + 1).startsWith(`${line}-`)
}

/** Under what history is written that was read later; others put more after it. */
export const BACKFILL_CONNECTION = 'backfill'

/** Whether a record is of history that was read later, and tells nothing of what a collector heard. */
export function isBackfill(key: string): boolean {
  return /\/(?:[A-Za-z0-9]+-)?backfill(?:-|$)/.test(key)
}
