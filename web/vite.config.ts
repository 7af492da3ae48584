import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

// Everything lands in web/dist as files of our own: the hub's content security policy allows no inline script and no other host.
export default defineConfig({
  root: here('.'),
  plugins: [react()],
  build: {
    outDir: here('dist'),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 800,
    rolldownOptions: {
      input: {
        chat: here('index.html'),
        playground: here('playground.html'),
        admin: here('admin.html'),
        requests: here('requests.html'),
        password: here('password.html'),
      },
    },
  },
})
