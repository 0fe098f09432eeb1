import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { defineConfig, type Plugin } from 'vite'

/** What the page asks the server for; everything else under `npm run dev:client` comes from Vite. */
const served = ['/session', '/livez', '/readyz']

/** Writes each file compressed next to itself, once, so that no replica has to do it for each visitor. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    writeBundle({ dir = '' }) {
      for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name)
        if (!entry.isFile() || !/\.(js|css|html|svg)$/.test(path)) continue
        writeFileSync(`${path}.br`, brotliCompressSync(readFileSync(path)))
        writeFileSync(`${path}.gz`, gzipSync(readFileSync(path)))
      }
    },
  }
}

export default defineConfig(() => {
  const server = process.env.SERVER_URL ?? 'http://127.0.0.1:3001'
  const toServer = { target: server, changeOrigin: false, xfwd: true }
  return {
    root: 'client',
    plugins: [compressed()],
    build: {
      outDir: '../dist/client',
      emptyOutDir: true,
      target: 'es2022',
      modulePreload: { polyfill: false },
    },
    server: {
      port: Number(process.env.PORT ?? 3000),
      strictPort: process.env.PORT !== undefined,
      host: process.env.HOST ?? '127.0.0.1',
      proxy: {
        '/socket.io': { ...toServer, ws: true },
        ...Object.fromEntries(served.map(path => [path, toServer])),
      },
    },
  }
})
