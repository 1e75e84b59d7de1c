import { type RefObject, useLayoutEffect, useState } from 'react'

/** Rows drawn beyond both edges, so that fast scrolling shows no blank. */
const OVERSCAN = 10

export interface Window {
  readonly from: number
  readonly to: number
}

/** Which rows of a long list are in sight. Only those are drawn, so the length of the list costs nothing. */
export function useWindow(container: RefObject<HTMLElement | null>, count: number, rowHeight: number): Window {
  const [view, setView] = useState({ top: 0, height: 1_000 })
  useLayoutEffect(() => {
    const element = container.current
    if (element === null) return
    const measure = (): void => {
      // In whole rows: scrolling by a pixel draws nothing anew.
      const top = Math.floor(element.scrollTop / rowHeight) * rowHeight
      setView((known) =>
        known.top === top && known.height === element.clientHeight ? known : { top, height: element.clientHeight },
      )
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    element.addEventListener('scroll', measure, { passive: true })
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', measure)
    }
  }, [container, rowHeight])
  const first = Math.floor(view.top / rowHeight)
  return {
    from: Math.max(0, Math.min(first, count - 1) - OVERSCAN),
    to: Math.min(count, first + Math.ceil(view.height / rowHeight) + OVERSCAN),
  }
}
