import { type SqlToken, sqlTokens } from '../sql-text.ts'
import { EngineError } from './engine-error.ts'

/** A request's SQL, looked at just far enough to run it safely. */
export type Statement =
  | {
      readonly kind: 'insert-data'
      /** `INSERT INTO table (columns)`, without SETTINGS and FORMAT. */
      readonly head: string
      /** The SETTINGS clause's inside; empty where there is none. */
      readonly settings: string
      readonly format: string
      /** Data that came in the same text as the statement. */
      readonly inlineData: string
    }
  | {
      readonly kind: 'other'
      /** Without FORMAT and semicolon. */
      readonly text: string
      /** As the text asks; undefined where it does not. */
      readonly format: string | undefined
      readonly parameters: readonly string[]
      /** First word, in capitals. */
      readonly verb: string
    }

/**
 * Takes a request's SQL apart.
 * @throws EngineError 62 SYNTAX_ERROR if it is empty or holds more than one statement: the engine would run them all.
 */
export function parseStatement(sql: string): Statement {
  const tokens: SqlToken[] = []
  let insert = false
  for (const token of sqlTokens(sql)) {
    if (tokens.length === 0) insert = isWord(token, 'INSERT')
    const before = tokens.at(-1)
    tokens.push(token)
    // Behind `INSERT … FORMAT name` comes data, which is not SQL.
    if (insert && before !== undefined && isWord(before, 'FORMAT') && token.kind === 'word') {
      return insertStatement(sql, tokens)
    }
  }
  const end = tokens.findIndex((token) => token.kind === 'punctuation' && token.text === ';')
  if (end >= 0 && tokens.slice(end).some((token) => token.text !== ';')) {
    throw new EngineError(62, 'SYNTAX_ERROR', 'Multi-statements are not allowed')
  }
  const kept = end < 0 ? tokens : tokens.slice(0, end)
  const [first] = kept
  if (first === undefined) throw new EngineError(62, 'SYNTAX_ERROR', 'Empty query')
  return otherStatement(sql, kept, first)
}

function otherStatement(sql: string, tokens: readonly SqlToken[], first: SqlToken): Statement {
  const last = tokens.at(-1)
  const beforeLast = tokens.at(-2)
  const formatted = last?.kind === 'word' && beforeLast !== undefined && isWord(beforeLast, 'FORMAT')
  const end = formatted ? (tokens.at(-3)?.end ?? 0) : (last?.end ?? 0)
  return {
    kind: 'other',
    text: sql.slice(first.start, end),
    format: formatted ? last.text : undefined,
    parameters: tokens
      .filter((token) => token.kind === 'parameter')
      .map((token) => token.text.slice(0, token.text.indexOf(':')).trim()),
    verb: first.text.toUpperCase(),
  }
}

function insertStatement(sql: string, tokens: readonly SqlToken[]): Statement {
  const format = tokens.at(-1)
  const [first] = tokens
  if (first === undefined || format === undefined) throw new EngineError(62, 'SYNTAX_ERROR', 'Empty query')
  const settings = tokens.findIndex((token) => isWord(token, 'SETTINGS'))
  const formatAt = tokens.length - 2
  const headEnd = tokens[(settings < 0 ? formatAt : settings) - 1]?.end ?? 0
  return {
    kind: 'insert-data',
    head: sql.slice(first.start, headEnd),
    settings: settings < 0 ? '' : sql.slice(tokens[settings]?.end ?? 0, tokens[formatAt - 1]?.end ?? 0).trim(),
    format: format.text,
    inlineData: sql.slice(format.end).replace(/^[ \t]*;?[ \t]*\r?\n?/, ''),
  }
}

function isWord(token: SqlToken, word: string): boolean {
  return token.kind === 'word' && token.text.toUpperCase() === word
}
