/** What a piece of SQL text is, as far as its border with other pieces goes. */
export type SqlTokenKind = 'word' | 'string' | 'quoted-name' | 'punctuation' | 'parameter'

export interface SqlToken {
  readonly kind: SqlTokenKind
  /** A word or punctuation as written; a string or quoted name without its quotes, escapes left as they are. */
  readonly text: string
  readonly start: number
  readonly end: number
}

const WORD = /[\p{L}\p{N}_$]+/uy
const HEREDOC = /\$\w*\$/y

/**
 * The tokens of a text in the engine's dialect, comments left out: strings with backslash and doubled quotes, quoted
 * names, heredocs, and query parameters (`{name:Type}`). An unfinished string runs to the end of the text.
 */
export function* sqlTokens(sql: string, from = 0): Generator<SqlToken, void, undefined> {
  let at = from
  while (at < sql.length) {
    const next = skipBlank(sql, at)
    if (next >= sql.length) return
    const token = tokenAt(sql, next)
    yield token
    at = token.end
  }
}

function tokenAt(sql: string, at: number): SqlToken {
  const character = sql[at] ?? ''
  if (character === "'") return quotedToken(sql, at, 'string')
  if (character === '`' || character === '"') return quotedToken(sql, at, 'quoted-name')
  if (character === '$') {
    HEREDOC.lastIndex = at
    const tag = HEREDOC.exec(sql)?.[0]
    if (tag !== undefined) {
      const close = sql.indexOf(tag, at + tag.length)
      const end = close < 0 ? sql.length : close + tag.length
      return { kind: 'string', text: sql.slice(at + tag.length, close < 0 ? end : close), start: at, end }
    }
  }
  if (character === '{') {
    const close = parameterEnd(sql, at)
    if (close !== undefined) return { kind: 'parameter', text: sql.slice(at + 1, close), start: at, end: close + 1 }
  }
  WORD.lastIndex = at
  const word = WORD.exec(sql)?.[0]
  if (word !== undefined) return { kind: 'word', text: word, start: at, end: at + word.length }
  return { kind: 'punctuation', text: character, start: at, end: at + 1 }
}

const PARAMETER = /\{\s*[A-Za-z_]\w*\s*:[^{}]*\}/y

function parameterEnd(sql: string, at: number): number | undefined {
  PARAMETER.lastIndex = at
  const match = PARAMETER.exec(sql)
  return match === null ? undefined : at + match[0].length - 1
}

function quotedToken(sql: string, start: number, kind: 'string' | 'quoted-name'): SqlToken {
  const quote = sql[start]
  let at = start + 1
  for (; at < sql.length; at++) {
    if (sql[at] === '\\') at++
    else if (sql[at] === quote) {
      if (sql[at + 1] !== quote) break
      at++
    }
  }
  const end = Math.min(at + 1, sql.length)
  return { kind, text: sql.slice(start + 1, Math.min(at, sql.length)), start, end }
}

/** Position of the first character that is neither space nor comment. */
function skipBlank(sql: string, from: number): number {
  let at = from
  for (;;) {
    while (at < sql.length && /[\s\uFEFF]/.test(sql[at] ?? '')) at++
    if (sql.startsWith('--', at) || sql.startsWith('# ', at) || sql.startsWith('#!', at)) {
      const line = sql.indexOf('\n', at)
      at = line < 0 ? sql.length : line + 1
    } else if (sql.startsWith('/*', at)) {
      at = commentEnd(sql, at)
    } else return at
  }
}

/** Block comments nest in this dialect. */
function commentEnd(sql: string, from: number): number {
  let depth = 0
  for (let at = from; at < sql.length; at++) {
    if (sql.startsWith('/*', at)) {
      depth++
      at++
    } else if (sql.startsWith('*/', at)) {
      depth--
      at++
      if (depth === 0) return at + 1
    }
  }
  return sql.length
}

/** The statements of a script, without their semicolons; comments around them are left out, empty ones too. */
export function splitStatements(script: string): readonly string[] {
  const statements: string[] = []
  let start: number | undefined
  let end = 0
  for (const token of sqlTokens(script)) {
    if (token.kind === 'punctuation' && token.text === ';') {
      if (start !== undefined) statements.push(script.slice(start, end))
      start = undefined
    } else {
      start ??= token.start
      end = token.end
    }
  }
  if (start !== undefined) statements.push(script.slice(start, end))
  return statements
}

/** A text as a string literal of the dialect. */
export function sqlString(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

/** A name as a quoted identifier of the dialect. */
export function sqlName(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``
}
