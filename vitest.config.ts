import { defineConfig } from 'vitest/config'
import { templatesForVite } from './scripts/templates.mjs'

export default defineConfig({
  plugins: [templatesForVite()],
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [
      'test/bench/**',
      'test/cluster/**',
      'test/gke/**',
      'test/judges/terraform*',
      '**/node_modules/**',
      '**/expected/**',
      '**/fixtures/**',
    ],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two cores: more workers only make the timeouts of real servers race each other.
    maxWorkers: 2,
    globalSetup: ['test/support/global-setup.ts'],
  },
})
