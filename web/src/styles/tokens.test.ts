import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

/** WCAG 2.2, 1.4.3 (AA): text has at least this contrast. */
const LEAST_CONTRAST = 4.5

type Colors = Map<string, string>

function themes(): { light: Colors; dark: Colors } {
  const css = readFileSync(join(import.meta.dirname, 'tokens.css'), 'utf8')
  const read = (block: string): Colors =>
    new Map([...block.matchAll(/(--[\w-]+):\s*(#[\da-f]{6})/g)].map((match) => [match[1] ?? '', match[2] ?? '']))
  const [light = '', dark = ''] = css.split(':root[data-theme="dark"]')
  return { light: read(light), dark: new Map([...read(light), ...read(dark)]) }
}

function luminance(hex: string): number {
  const channel = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

function contrast(left: string, right: string): number {
  const [dark = 0, light = 0] = [luminance(left), luminance(right)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

for (const [theme, colors] of Object.entries(themes())) {
  test(`text can be read on every surface of the ${theme} theme`, () => {
    for (const text of ['--text', '--muted', '--faint', '--up', '--down', '--accent']) {
      for (const surface of ['--bg', '--surface', '--hover']) {
        const ratio = contrast(colors.get(text) ?? '', colors.get(surface) ?? '')
        assert.ok(ratio >= LEAST_CONTRAST, `${text} on ${surface}: ${ratio.toFixed(2)}`)
      }
    }
    assert.ok(contrast(colors.get('--warn') ?? '', colors.get('--warn-soft') ?? '') >= LEAST_CONTRAST)
    assert.ok(contrast(colors.get('--down') ?? '', colors.get('--error-soft') ?? '') >= LEAST_CONTRAST)
  })
}
