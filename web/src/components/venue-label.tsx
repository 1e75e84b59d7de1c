/** Whether a venue is watched as well as it goes, without proof that nothing is missing. */
function isBestEffort(venue: string): boolean {
  return venue.startsWith('ccxt:')
}

/** The same where there is room for text only. */
export function venueText(venue: string): string {
  return isBestEffort(venue) ? `${venue} (best effort)` : venue
}

/** A venue's name; where it is watched as best effort only, that is said beside it, in every view. */
export function VenueLabel({ venue, name = venue }: { venue: string; name?: string }) {
  if (!isBestEffort(venue)) return <>{name}</>
  return (
    <>
      {name}{' '}
      <span
        className="badge badge-best-effort"
        title="Best effort: read through ccxt, without a rule that proves that nothing is missing"
      >
        best effort
      </span>
    </>
  )
}
