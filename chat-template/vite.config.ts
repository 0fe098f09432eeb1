import { defineConfig } from 'vite'

/** What the page asks the server for; everything else under `npm run dev:client` comes from Vite. */
const served = ['/session', '/livez', '/readyz', '/metrics']

export default defineConfig(({ mode }) => {
  const server = process.env.SERVER_URL ?? 'http://127.0.0.1:3001'
  const toServer = { target: server, changeOrigin: false, xfwd: true }
  return {
    root: 'client',
    build: {
      outDir: '../dist/client',
      emptyOutDir: true,
      target: 'es2022',
      modulePreload: { polyfill: false },
    },
    define: { __DEV__: JSON.stringify(mode === 'development') },
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
