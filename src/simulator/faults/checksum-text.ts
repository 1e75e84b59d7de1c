/** A checksum as Kraken and Bitget write it, and as Bitfinex does. */
const CHECKSUM = /("checksum":|"cs",)(-?\d+)/

export function hasChecksum(message: string): boolean {
  return CHECKSUM.test(message)
}

/** The message with another checksum, of 32 bits as well: signed where the venue's are. */
export function withOtherChecksum(message: string): string {
  return message.replace(CHECKSUM, (_, name: string, sum: string) => {
    const other = Number(sum) ^ 1
    return name + (sum.startsWith('-') || name === '"cs",' ? other : other >>> 0)
  })
}
