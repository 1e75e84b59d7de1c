import type { ListingSpecification } from './catalogue.ts'

/** 32 bits that tell symbols apart (FNV-1a). */
function hash(text: string): number {
  let sum = 0x811c9dc5
  for (let at = 0; at < text.length; at++) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193) >>> 0
  return sum
}

/** A trade's id as the venue writes it: the number of the model, or, where ids do not count, a UUID that is always the same for it. */
export function tradeIdText({ symbol, tradeIds }: ListingSpecification, id: number): string {
  if (tradeIds !== 'uuid') return String(id)
  return `${hash(symbol).toString(16).padStart(8, '0')}-0000-4000-8000-${id.toString(16).padStart(12, '0')}`
}
