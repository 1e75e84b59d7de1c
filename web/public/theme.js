// Sets the remembered theme before the first paint, so that a page never flashes in the other one.
try {
  const theme = localStorage.getItem('opentape.theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // Storage can be forbidden; then the system's theme is used.
}
