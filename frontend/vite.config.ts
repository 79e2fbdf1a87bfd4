// Build of the browser UI. One chunk per route, charts and the framework in chunks of their own; `/api` goes to the backend in development.
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defaultClientConditions, defineConfig } from 'vite'

const backend = process.env['MISTUDIO_BACKEND'] ?? 'http://127.0.0.1:8420'

export default defineConfig({
  plugins: [react(), tailwindcss()],
  // Our packages as sources, so that the UI does not wait for their build.
  resolve: { conditions: ['@mistudio/source', ...defaultClientConditions] },
  server: { host: '127.0.0.1', proxy: { '/api': { target: backend, ws: true } } },
  preview: { host: '127.0.0.1', proxy: { '/api': { target: backend, ws: true } } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    rolldownOptions: {
      output: {
        codeSplitting: {
          // A group also takes what its modules import; React comes first, or the charts would carry it into the first screen.
          groups: [
            {
              name: 'react',
              test: /node_modules[\\/](react|react-dom|react-router|scheduler|use-sync-external-store)[\\/]/,
              priority: 2,
            },
            {
              name: 'charts',
              test: /node_modules[\\/](recharts|d3-[a-z]+|uplot|victory-vendor|decimal\.js-light|@reduxjs|redux|react-redux|reselect|immer|es-toolkit|eventemitter3)[\\/]/,
              priority: 1,
            },
          ],
        },
      },
    },
  },
})
