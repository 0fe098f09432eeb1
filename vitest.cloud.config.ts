// The part of `npm run test:gke` that needs Google's APIs and no cluster: it runs beside those that have one.
import { defineConfig } from 'vitest/config'
import { templatesForVite } from './scripts/templates.mjs'

export const withoutCluster = [
  'test/gke/{github,leftovers,preflight,secrets,terraform}.test.ts',
  'test/judges/terraform*.test.ts',
]

export default defineConfig({
  plugins: [templatesForVite()],
  test: {
    include: withoutCluster,
    testTimeout: 600_000,
    hookTimeout: 120_000,
    maxWorkers: 1,
    fileParallelism: false,
    globalSetup: ['test/support/global-setup.ts'],
  },
})
