/** A JSON object of unknown content. */
export type JsonObject = { readonly [key: string]: unknown }

/** Reads a JSON object; undefined if the text is anything else. */
export function jsonObject(text: string): JsonObject | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  return isObject(value) ? value : undefined
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A whole number of a query's parameter within bounds; the fallback where it is absent; undefined where it is malformed. */
export function wholeNumber(text: string | null, fallback: number, maximum: number): number | undefined {
  if (text === null) return fallback
  if (!/^\d{1,19}$/.test(text)) return undefined
  return Math.min(Number(text), maximum)
}

/** JSON of a value that a client gave us, in ASCII as all that the simulator sends. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
