import { type SqlToken, sqlString, sqlTokens } from '../sql-text.ts'

/** Types whose values the engine reads from text in the same way whether they come as a parameter or as a literal. */
const PLAIN_TYPES = /^(?:U?Int(?:8|16|32|64)|String|Array\(String\))$/
const ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  '0': '\0',
  "'": "'",
  '\\': '\\',
}

/**
 * A statement with its query parameters written into it, as the engine itself does with them: `_CAST('value', 'Type')`. A
 * statement of its own to set them would take as long as most questions.
 * @returns undefined if a parameter is of a type, or has a value, that only the engine should read
 */
export function withParameters(sql: string, parameters: Readonly<Record<string, string>>): string | undefined {
  let text = ''
  let at = 0
  for (const token of sqlTokens(sql)) {
    if (token.kind !== 'parameter') continue
    const literal = literalOf(token, parameters)
    if (literal === undefined) return undefined
    text += sql.slice(at, token.start) + literal
    at = token.end
  }
  return text + sql.slice(at)
}

function literalOf({ text }: SqlToken, parameters: Readonly<Record<string, string>>): string | undefined {
  const colon = text.indexOf(':')
  const type = text.slice(colon + 1).trim()
  const escaped = parameters[text.slice(0, colon).trim()]
  if (escaped === undefined || !PLAIN_TYPES.test(type)) return undefined
  const value = unescaped(escaped)
  return value === undefined ? undefined : `_CAST(${sqlString(value)}, '${type}')`
}

/** The value of a parameter, which comes escaped as in a tab separated value; undefined for what is not read here (`\N`). */
function unescaped(text: string): string | undefined {
  if (!text.includes('\\')) return text
  let value = ''
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string
    if (character !== '\\') {
      value += character
      continue
    }
    const meant = ESCAPES[text[++at] ?? '']
    if (meant === undefined) return undefined
    value += meant
  }
  return value
}
