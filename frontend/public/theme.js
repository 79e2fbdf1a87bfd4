// Sets the theme before the first paint, so that a light page never flashes dark. The app's ui/theme.ts owns the choice.
;(() => {
  const stored = localStorage.getItem('mistudio.theme')
  const light = stored === 'light' || (stored === 'system' && matchMedia('(prefers-color-scheme: light)').matches)
  document.documentElement.dataset.theme = light ? 'light' : 'dark'
})()
