import { useEffect, useRef, useState } from 'react'
import { Banner } from './components/banner.tsx'
import { Help } from './components/help.tsx'
import { StatusBar } from './components/status-bar.tsx'
import { TokenForm } from './components/token-form.tsx'
import { TopBar } from './components/top-bar.tsx'
import { FeedsPage } from './pages/feeds-page.tsx'
import { InstrumentPage } from './pages/instrument-page.tsx'
import { MarketsPage } from './pages/markets-page.tsx'
import { MissingPage } from './pages/missing-page.tsx'
import { useServices, useSignal } from './services.ts'
import type { Route } from './state/router.ts'

/** Whether a key press is text for a field rather than a command. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || target instanceof HTMLInputElement || target instanceof HTMLSelectElement
}

export function App() {
  const { router, settings, status, stream } = useServices()
  const route = useSignal(router.route)
  const failure = useSignal(status.failure)
  const connection = useSignal(stream.state)
  const locked = failure?.status === 401
  const [help, setHelp] = useState(false)
  const main = useRef<HTMLElement>(null)
  const path = JSON.stringify(route)

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      if (document.querySelector('dialog[open]') !== null) return
      if (event.key === '?') setHelp(true)
      else if (event.key === '/' && router.route.get().page !== 'markets') router.go('/')
      else if (event.key === 'Escape' && router.route.get().page !== 'markets') router.go('/')
      else if (event.key === 'm') router.go('/')
      else if (event.key === 'f') router.go('/feeds')
      else if (event.key === 't') settings.setTheme(settings.shownTheme.get() === 'dark' ? 'light' : 'dark')
      else if (event.key === 'u') settings.setZone(settings.zone.get() === 'utc' ? 'local' : 'utc')
      else return
      event.preventDefault()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [router, settings])

  // A new page starts at its main landmark, as a page load would; the first page leaves the focus where it is.
  const shown = useRef(path)
  useEffect(() => {
    if (shown.current === path) return
    shown.current = path
    if (!main.current?.contains(document.activeElement)) main.current?.focus()
  }, [path])

  return (
    <div className="shell" data-connection={connection.kind}>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <TopBar onHelp={() => setHelp(true)} />
      <Banner />
      <main id="main" ref={main} tabIndex={-1}>
        {locked ? <TokenForm /> : <Page route={route} />}
      </main>
      <StatusBar />
      {help && <Help onClose={() => setHelp(false)} />}
    </div>
  )
}

function Page({ route }: { route: Route }) {
  switch (route.page) {
    case 'markets':
      return <MarketsPage />
    case 'feeds':
      return <FeedsPage view={route.view} />
    case 'instrument':
      return (
        <InstrumentPage key={`${route.venue}/${route.instrument}`} venue={route.venue} instrument={route.instrument} />
      )
    case 'missing':
      return <MissingPage path={route.path} />
  }
}
