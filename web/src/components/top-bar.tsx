import { useServices, useSignal } from '../services.ts'
import { Icon } from './icon.tsx'
import { Link } from './link.tsx'

export function TopBar({ onHelp }: { onHelp: () => void }) {
  const { router, settings } = useServices()
  const route = useSignal(router.route)
  const theme = useSignal(settings.shownTheme)
  const zone = useSignal(settings.zone)
  const other = theme === 'dark' ? 'light' : 'dark'
  return (
    <header className="top-bar">
      <Link href="/" className="brand" aria-label="Opentape, all markets">
        <svg width="20" height="20" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
          <path d="M4 19h5v7H4zm6.3-9h5v16h-5zm6.4 4.5h5V26h-5zM23 5h5v21h-5z" fill="currentColor" />
        </svg>
        <span>Opentape</span>
      </Link>
      <nav aria-label="Pages">
        <Link href="/" aria-current={route.page === 'markets' || route.page === 'instrument' ? 'page' : undefined}>
          Markets
        </Link>
        <Link href="/feeds" aria-current={route.page === 'feeds' ? 'page' : undefined}>
          Feeds
        </Link>
        <a href="/docs">API</a>
      </nav>
      <div className="top-bar-end">
        <fieldset className="segmented" aria-label="Time zone">
          <button type="button" aria-pressed={zone === 'utc'} onClick={() => settings.setZone('utc')}>
            UTC
          </button>
          <button type="button" aria-pressed={zone === 'local'} onClick={() => settings.setZone('local')}>
            Local
          </button>
        </fieldset>
        <button
          type="button"
          className="icon-button"
          aria-label={`Switch to the ${other} theme`}
          title={`Switch to the ${other} theme (t)`}
          onClick={() => settings.setTheme(other)}
        >
          <Icon name={theme === 'dark' ? 'sun' : 'moon'} />
        </button>
        <button
          type="button"
          className="icon-button help-button"
          aria-label="Keyboard help"
          title="Keyboard help (?)"
          onClick={onHelp}
        >
          <Icon name="help" />
        </button>
      </div>
    </header>
  )
}
