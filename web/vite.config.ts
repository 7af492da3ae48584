import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** What stands in the head of every page, before its own title. */
const head = `<meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content" />
    <meta name="color-scheme" content="light dark" />
    <meta name="theme-color" media="(prefers-color-scheme: light)" content="#ffffff" />
    <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#1a1f26" />
    <link rel="icon" type="image/svg+xml" href="./shared/icon.svg" />`

const sharedHead: Plugin = {
  name: 'shared-head',
  transformIndexHtml: { order: 'pre', handler: (html) => html.replace('<head>', `<head>\n    ${head}`) },
}

// Everything lands in web/dist as files of our own: the hub's content security policy allows no inline script and no other host.
export default defineConfig({
  root: here('.'),
  plugins: [react(), sharedHead],
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
        knowledge: here('knowledge.html'),
        requests: here('requests.html'),
        password: here('password.html'),
      },
    },
  },
})
