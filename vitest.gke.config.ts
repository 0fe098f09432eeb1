// `npm run test:gke`: the real gcloud, terraform, kubectl and docker against Google's APIs and a cluster on this machine.
import { defineConfig } from 'vitest/config'
import { templatesForVite } from './scripts/templates.mjs'
import { withoutCluster } from './vitest.cloud.config.ts'

export default defineConfig({
  plugins: [templatesForVite()],
  test: {
    include: ['test/gke/**/*.test.ts'],
    exclude: withoutCluster,
    testTimeout: 600_000,
    hookTimeout: 120_000,
    // Where the machine itself is broken, test after test takes minutes to say so.
    bail: 5,
    // One cluster, two cores.
    maxWorkers: 1,
    fileParallelism: false,
    globalSetup: ['test/gke/support/global-setup.ts'],
  },
})
