/**
 * A decimal without sign or exponent, as a part of a pattern. It has one group: the canonical form, without zeros at the end. Its digits
 * are bounded, so that no text takes long to be refused; longer ones are left to the careful reader.
 */
export const DECIMAL_PATTERN = '((?:0|[1-9]\\d{0,19})(?!\\d)(?:\\.\\d{0,19}[1-9])?)(?:\\.0{1,20}|0{0,20})'
