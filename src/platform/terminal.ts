import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

/** Whether a stream shows colours: a terminal, and nobody asked for none (https://no-color.org). */
export function hasColour(stream: { readonly isTTY?: boolean }): boolean {
  if (process.env.NO_COLOR !== undefined && process.env.NO_COLOR !== '') return false
  return stream.isTTY === true && process.env.TERM !== 'dumb'
}

/** Text in a style, or as it is. */
export function styled(colour: boolean, style: Style, text: string): string {
  return colour ? styleText(style, text, { validateStream: false }) : text
}

/** All but tab and new line. */
const CONTROL_CHARACTERS = /[^\P{Cc}\t\n]/gu

/** Text from outside as it may be shown on a terminal: without characters that would steer it. */
export function printable(text: string): string {
  return text.replace(CONTROL_CHARACTERS, '\ufffd')
}
