import { defineConfig } from 'vitest/config'

/** `npm run test:chaos`: one long run with faults, and a ledger at the end. */
export default defineConfig({
  test: { include: ['test/chaos/*.test.ts'], testTimeout: 180_000, hookTimeout: 60_000 },
})
