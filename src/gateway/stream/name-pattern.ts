/** A name, or a pattern in which `*` stands for any text. Matching takes at most pattern × name steps, whatever the pattern. */
export class NamePattern {
  readonly text: string
  readonly isExact: boolean

  constructor(text: string) {
    // Several stars in a row mean the same as one.
    this.text = text.replace(/\*+/g, '*')
    this.isExact = !text.includes('*')
  }

  matches(name: string): boolean {
    const pattern = this.text
    if (this.isExact) return pattern === name
    if (pattern === '*') return true
    let at = 0
    let inName = 0
    let star = -1
    let resume = 0
    while (inName < name.length) {
      if (at < pattern.length && pattern[at] === '*') {
        star = at++
        resume = inName
      } else if (at < pattern.length && pattern[at] === name[inName]) {
        at++
        inName++
      } else if (star >= 0) {
        at = star + 1
        inName = ++resume
      } else return false
    }
    while (pattern[at] === '*') at++
    return at === pattern.length
  }
}
