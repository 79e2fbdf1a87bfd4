// How the shell is folded, and which of its layers is open. Kept in this browser.
import { create } from 'zustand'

const KEY = 'mistudio.sidebar'

interface LayoutStore {
  /** The person's own choice on wide screens; narrower ones fold anyway. */
  folded: boolean
  drawer: 'none' | 'nav' | 'jobs'
  palette: boolean
  shortcuts: boolean
  toggleFolded(): void
  open(layer: 'nav' | 'jobs' | 'palette' | 'shortcuts'): void
  close(): void
}

export const useLayout = create<LayoutStore>((set) => ({
  folded: localStorage.getItem(KEY) === 'folded',
  drawer: 'none',
  palette: false,
  shortcuts: false,
  toggleFolded: () =>
    set((state) => {
      localStorage.setItem(KEY, state.folded ? 'open' : 'folded')
      return { folded: !state.folded }
    }),
  open: (layer) =>
    set({
      drawer: layer === 'nav' || layer === 'jobs' ? layer : 'none',
      palette: layer === 'palette',
      shortcuts: layer === 'shortcuts',
    }),
  close: () => set({ drawer: 'none', palette: false, shortcuts: false }),
}))
