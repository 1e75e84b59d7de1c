import { type FormEvent, useState } from 'react'
import { storedToken, storeToken } from '../api/rest.ts'
import { useServices } from '../services.ts'

/** Asked for where the gateway is not on this machine and wants a token. */
export function TokenForm() {
  const { loadMarkets, status, stream } = useServices()
  const [token, setToken] = useState('')
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    storeToken(token.trim())
    void loadMarkets()
    void status.refresh()
    stream.retryNow()
  }
  return (
    <form className="empty" onSubmit={submit}>
      <h1>This gateway asks for a token</h1>
      <p>
        It was printed when the gateway first started. <code>npx opentape token</code> on its machine makes another.
      </p>
      {storedToken() !== null && <p role="alert">The token that was given is not valid here, or not any more.</p>}
      <label>
        <span>Token</span>
        <input type="password" autoComplete="off" value={token} onChange={(event) => setToken(event.target.value)} />
      </label>
      <button type="submit" className="button" disabled={token.trim() === ''}>
        Open
      </button>
    </form>
  )
}
