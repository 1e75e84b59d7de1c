import { useEffect, useRef } from 'react'
import { Icon } from './icon.tsx'

const KEYS: readonly (readonly [keys: readonly string[], what: string])[] = [
  [['/'], 'Search markets'],
  [['j', '↓'], 'Next market'],
  [['k', '↑'], 'Previous market'],
  [['Enter'], 'Open the market'],
  [['Esc'], 'Back to the list; empty the search'],
  [['1', '…', '7'], 'Width of the candles, 1 s to 1 w'],
  [['m'], 'Markets'],
  [['f'], 'Feeds'],
  [['t'], 'Light or dark'],
  [['u'], 'UTC or local time'],
  [['?'], 'This help'],
]

export function Help({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  return (
    <dialog ref={dialog} className="help" aria-labelledby="help-title" onClose={onClose}>
      <div className="help-head">
        <h2 id="help-title">Keyboard</h2>
        <button type="button" className="icon-button" aria-label="Close" onClick={() => dialog.current?.close()}>
          <Icon name="close" />
        </button>
      </div>
      <dl>
        {KEYS.map(([keys, what]) => (
          <div key={what}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <p className="muted">
        Prices are the venue's own decimals. “—” means that a fact is not known. A dot tells the state of a feed: green,
        proved complete; amber, being repaired; red, stale.
      </p>
    </dialog>
  )
}
