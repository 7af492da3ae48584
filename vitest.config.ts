import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/browser/**'],
    pool: 'forks',
    maxWorkers: 2,
    // They find what hangs; how fast a machine is no test asks.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 50_000 } },
    execArgv: ['--disable-warning=ExperimentalWarning'],
  },
})
