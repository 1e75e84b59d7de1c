import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { Services, ServicesContext } from './services.ts'
import './styles/tokens.css'
import './styles/base.css'
import './styles/shell.css'
import './styles/markets.css'
import './styles/instrument.css'
import './styles/feeds.css'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')
const services = new Services()
services.start()
createRoot(root).render(
  <StrictMode>
    <ServicesContext value={services}>
      <App />
    </ServicesContext>
  </StrictMode>,
)
