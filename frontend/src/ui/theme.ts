// Which theme is drawn: dark (default), light, or the system's. `public/theme.js` applies the stored choice before the first paint.
import { create } from 'zustand'

export type ThemeChoice = 'dark' | 'light' | 'system'
const KEY = 'mistudio.theme'
const prefersLight = () => window.matchMedia('(prefers-color-scheme: light)')

const stored = (): ThemeChoice => {
  const value = localStorage.getItem(KEY)
  return value === 'light' || value === 'system' ? value : 'dark'
}
const resolve = (choice: ThemeChoice): 'dark' | 'light' =>
  choice === 'system' ? (prefersLight().matches ? 'light' : 'dark') : choice

interface ThemeStore {
  choice: ThemeChoice
  /** What is drawn now; charts listen to it. */
  resolved: 'dark' | 'light'
  choose(choice: ThemeChoice): void
}

export const useTheme = create<ThemeStore>((set) => ({
  choice: stored(),
  resolved: resolve(stored()),
  choose(choice) {
    localStorage.setItem(KEY, choice)
    const resolved = resolve(choice)
    document.documentElement.dataset['theme'] = resolved
    set({ choice, resolved })
  },
}))

prefersLight().addEventListener('change', () => {
  const { choice, choose } = useTheme.getState()
  if (choice === 'system') choose('system')
})
