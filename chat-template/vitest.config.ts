import { defineConfig } from 'vitest/config'

/** `npm test` leaves out the long fault run; `npm run test:chaos` is that run alone. */
export default defineConfig({
  test: {
    include: process.env.CHAOS === undefined ? ['test/*.test.ts'] : ['test/chaos/*.test.ts'],
    testTimeout: process.env.CHAOS === undefined ? 30_000 : 180_000,
    hookTimeout: 60_000,
    reporters: ['default'],
  },
})
