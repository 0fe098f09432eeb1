// `npm run test:cluster`: against whatever cluster KUBECONFIG names.
import { defineConfig } from 'vitest/config'
import { templatesForVite } from './scripts/templates.mjs'

export default defineConfig({
  plugins: [templatesForVite()],
  test: {
    testTimeout: 600_000,
    hookTimeout: 120_000,
    // Mostly they wait for the cluster.
    maxWorkers: 2,
    maxConcurrency: 2,
    globalSetup: ['test/support/global-setup.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'cluster',
          include: ['test/cluster/**/*.test.ts'],
          exclude: ['test/cluster/alone/**'],
          sequence: { groupOrder: 0 },
        },
      },
      // What takes a node away from all others.
      {
        extends: true,
        test: { name: 'alone', include: ['test/cluster/alone/**/*.test.ts'], sequence: { groupOrder: 1 } },
      },
    ],
  },
})
