import type { TimeZoneChoice } from '../format/time-format.ts'
import { Signal } from './signal.ts'

/** `system` follows the operating system. */
export type Theme = 'system' | 'light' | 'dark'

const THEME_KEY = 'opentape.theme'
const ZONE_KEY = 'opentape.zone'
const INTERVAL_KEY = 'opentape.interval'

function read(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    // Storage can be forbidden; then nothing is remembered.
    return null
  }
}

function write(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key)
    else localStorage.setItem(key, value)
  } catch {
    // As above.
  }
}

/** What a person chose, remembered in the browser. */
export class Settings {
  readonly theme: Signal<Theme>
  readonly zone: Signal<TimeZoneChoice>
  readonly #prefersDark = matchMedia('(prefers-color-scheme: dark)')
  /** The theme that is in force, whoever chose it. */
  readonly shownTheme: Signal<'light' | 'dark'>

  constructor() {
    const theme = read(THEME_KEY)
    this.theme = new Signal<Theme>(theme === 'light' || theme === 'dark' ? theme : 'system')
    this.zone = new Signal<TimeZoneChoice>(read(ZONE_KEY) === 'local' ? 'local' : 'utc')
    this.shownTheme = new Signal<'light' | 'dark'>(this.#resolve())
    this.#prefersDark.addEventListener('change', () => this.#show())
    this.#show()
  }

  setTheme(theme: Theme): void {
    write(THEME_KEY, theme === 'system' ? null : theme)
    this.theme.set(theme)
    this.#show()
  }

  setZone(zone: TimeZoneChoice): void {
    write(ZONE_KEY, zone)
    this.zone.set(zone)
  }

  get interval(): string | null {
    return read(INTERVAL_KEY)
  }

  set interval(interval: string) {
    write(INTERVAL_KEY, interval)
  }

  #show(): void {
    document.documentElement.dataset.theme = this.#resolve()
    this.shownTheme.set(this.#resolve())
  }

  #resolve(): 'light' | 'dark' {
    const theme = this.theme.get()
    return theme === 'system' ? (this.#prefersDark.matches ? 'dark' : 'light') : theme
  }
}
