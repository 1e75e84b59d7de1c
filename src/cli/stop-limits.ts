/** How long a role may take to stop in order before it ends itself. */
export const ROLE_STOP_MILLISECONDS = 25_000
/** How long its supervisor waits for it: a little longer, so that it can end itself and say why. */
export const SUPERVISOR_STOP_MILLISECONDS = 27_000
/** How long all of them together may take. */
export const TOTAL_STOP_MILLISECONDS = 100_000
