import type { AnchorHTMLAttributes, MouseEvent } from 'react'
import { useServices } from '../services.ts'

/** A link within the dashboard: a real address, opened without loading the page anew. */
export function Link({ href, onClick, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) {
  const { router } = useServices()
  const follow = (event: MouseEvent<HTMLAnchorElement>): void => {
    onClick?.(event)
    if (event.defaultPrevented || event.button !== 0) return
    // With a modifier the browser opens a tab or a window, as everywhere.
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    router.go(href)
  }
  return <a href={href} onClick={follow} {...rest} />
}
