/** A reason, and until when the venue wants no requests where it said so (429, 418). */
export function withBan(reason: string, until: number | undefined): string {
  return until === undefined ? reason : `${reason}; the venue wants no requests until ${new Date(until).toISOString()}`
}
