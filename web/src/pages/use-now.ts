import { useEffect, useState } from 'react'
import { useServices } from '../services.ts'

/** The gateway's clock in microseconds, read once a second: for ages. */
export function useNow(): number {
  const { stream } = useServices()
  const [now, setNow] = useState(() => stream.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(stream.now()), 1_000)
    return () => clearInterval(timer)
  }, [stream])
  return now
}
