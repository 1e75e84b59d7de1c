/** The class of a sign, for colour. */
export const SIGN_CLASS = { '-1': 'down', '0': 'flat', '1': 'up' } as const
