import { defineConfig } from 'vitest/config'

/** `npm run test:chaos` (mode chaos) is one long run with faults and a ledger at the end; `npm test` is all the rest. */
export default defineConfig(({ mode }) => ({
  test:
    mode === 'chaos'
      ? { include: ['test/chaos/*.test.ts'], testTimeout: 180_000, hookTimeout: 60_000 }
      : { include: ['test/*.test.ts'], testTimeout: 30_000, hookTimeout: 60_000 },
}))
