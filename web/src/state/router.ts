import { Signal } from './signal.ts'

/** What the page of feeds shows below its summary. */
export const FEEDS_VIEWS = ['feeds', 'gaps', 'venues', 'audits'] as const

export type FeedsView = (typeof FEEDS_VIEWS)[number]

export type Route =
  | { readonly page: 'markets' }
  | { readonly page: 'feeds'; readonly view: FeedsView }
  | { readonly page: 'instrument'; readonly venue: string; readonly instrument: string }
  | { readonly page: 'missing'; readonly path: string }

/** The page that a path names. */
export function parseRoute(path: string): Route {
  const parts = path.split('/').filter(Boolean)
  if (parts.length === 0) return { page: 'markets' }
  if (parts.length <= 2 && parts[0] === 'feeds') {
    const view = FEEDS_VIEWS.find((name) => name === (parts[1] ?? 'feeds'))
    return view === undefined ? { page: 'missing', path } : { page: 'feeds', view }
  }
  if (parts.length === 3 && parts[0] === 'markets') {
    try {
      return {
        page: 'instrument',
        venue: decodeURIComponent(parts[1] ?? ''),
        instrument: decodeURIComponent(parts[2] ?? ''),
      }
    } catch {
      return { page: 'missing', path }
    }
  }
  return { page: 'missing', path }
}

export function feedsPath(view: FeedsView): string {
  return view === 'feeds' ? '/feeds' : `/feeds/${view}`
}

export function instrumentPath(venue: string, instrument: string): string {
  return `/markets/${encodeURIComponent(venue)}/${encodeURIComponent(instrument)}`
}

/** Real addresses by the browser's history: every page can be linked, opened in a tab, and gone back from. */
export class Router {
  readonly route: Signal<Route>

  constructor() {
    this.route = new Signal(parseRoute(location.pathname))
    addEventListener('popstate', () => this.route.set(parseRoute(location.pathname)))
  }

  go(path: string): void {
    if (path === location.pathname) return
    history.pushState(null, '', path)
    this.route.set(parseRoute(location.pathname))
  }
}
