import { useEffect } from 'react'
import { Link } from '../components/link.tsx'

export function MissingPage({ path }: { path: string }) {
  useEffect(() => {
    document.title = 'Not found · Opentape'
  }, [])
  return (
    <div className="empty">
      <h1>There is no page here</h1>
      <p>
        <code>{path}</code> is not an address of the dashboard.
      </p>
      <Link href="/" className="button">
        All markets
      </Link>
    </div>
  )
}
