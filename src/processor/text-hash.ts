/** 53 bits of a text, as a whole number: two lanes of 32 bits, mixed so that every bit of the text moves every bit of them. */
export function hashOf(text: string): number {
  let high = 0x9e3779b9 ^ text.length
  let low = 0x85ebca6b ^ text.length
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    high = Math.imul(high ^ code, 0x01000193)
    low = Math.imul(low ^ code, 0xcc9e2d51)
    low ^= low >>> 15
  }
  return (mixed(high ^ Math.imul(low, 0x27d4eb2f)) >>> 11) * 0x1_0000_0000 + (mixed(low) >>> 0)
}

function mixed(lane: number): number {
  let left = lane
  left = Math.imul(left ^ (left >>> 16), 0x85ebca6b)
  left = Math.imul(left ^ (left >>> 13), 0xc2b2ae35)
  return left ^ (left >>> 16)
}
