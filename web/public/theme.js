// Sets the theme before the first paint, so that a page never flashes in the other one.
let theme = null
try {
  theme = localStorage.getItem('opentape.theme')
} catch {
  // Storage can be forbidden; then the system's theme is used.
}
if (theme !== 'light' && theme !== 'dark') theme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
document.documentElement.dataset.theme = theme
