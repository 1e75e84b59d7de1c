/** An address as it may be shown: its password, if it has one, replaced by `***`. */
export function withoutSecrets(text: string): string {
  return text.replace(/(:\/\/[^:@/\s]*):[^@/\s]*@/g, '$1:***@')
}
