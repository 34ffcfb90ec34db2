/** How the tests run: every file in a process of its own, against a real database and a real browser. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/install-programs.ts', 'test/support/global-setup.ts'],
    pool: 'forks',
    // Two, also on a large machine: each worker has a browser, a server and a database behind it.
    maxWorkers: 2,
    // Generous for a slow shared machine. They only end a test that hangs; no test asserts how long something takes.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    // A test that passes at the second try has found something.
    retry: 0,
    reporters: ['default', 'json'],
    outputFile: { json: 'test-results/report.json' },
  },
})
