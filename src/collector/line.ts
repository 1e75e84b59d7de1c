/** Where a collector writes what it concludes: the tape itself, or beside other lines what the tape is made of. */
export function tapeTopic(line = ''): 'market-data' | 'line-data' {
  return line === '' ? 'market-data' : 'line-data'
}

/** Whether a record is of a line, by its key `<venue>/<line>-<connection>`; without a line every record is. */
export function isOfLine(key: string, line: string): boolean {
  return line === '' || key.slice(key.indexOf('/') + 1).startsWith(`${line}-`)
}
