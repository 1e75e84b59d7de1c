let second = -1
let secondText = ''

/** Microseconds as `2026-01-02T03:04:05.678901Z`; the calendar is computed once a second, not once a message. */
export function isoTime(time: number): string {
  const whole = Math.floor(time / 1_000_000)
  if (whole !== second) {
    second = whole
    secondText = new Date(whole * 1_000).toISOString().slice(0, 20)
  }
  return `${secondText}${String(1_000_000 + (time - whole * 1_000_000)).slice(1)}Z`
}

/** Microseconds as `2026-01-02T03:04:05.678Z`, as exchanges write that know no smaller unit. */
export function millisecondTime(time: number): string {
  return `${isoTime(time).slice(0, 23)}Z`
}
