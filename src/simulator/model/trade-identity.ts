import type { ListingSpecification } from './catalogue.ts'

/** Digits of ids that are longer than what doubles can tell apart. */
const LONG = 19

/** 32 bits that tell symbols apart (FNV-1a). */
function hash(text: string): number {
  let sum = 0x811c9dc5
  for (let at = 0; at < text.length; at++) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193) >>> 0
  return sum
}

/** The first part of a symbol's UUIDs. */
const heads = new Map<string, string>()

/** A trade's id as the venue writes it: the number of the model, or what is made of it, always the same. */
export function tradeIdText({ symbol, tradeIds }: ListingSpecification, id: number): string {
  if (tradeIds === undefined) return String(id)
  if (tradeIds === 'long') return `1${String(id).padStart(LONG - 1, '0')}`
  let head = heads.get(symbol)
  if (head === undefined) {
    head = hash(symbol).toString(16).padStart(8, '0')
    heads.set(symbol, head)
  }
  return `${head}-0000-4000-8000-${id.toString(16).padStart(12, '0')}`
}

/** The number of the model that a long id was made of; NaN if it was not. */
export function numberOfLongId(text: string): number {
  return new RegExp(`^1\\d{${LONG - 1}}$`).test(text) ? Number(text.slice(1)) : Number.NaN
}
