/** How the tests run: against a real database and a real browser. */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/install-programs.ts', 'test/support/global-setup.ts'],
    pool: 'forks',
    // The files of a worker share its modules, as the requests of a server do: nothing of ours may depend on being loaded
    // anew. Loading them for each file took as long again as most tests.
    isolate: false,
    // Two, also on a large machine: each worker has a browser, a server and a database behind it.
    maxWorkers: 2,
    // The processes that tests start are the same few programs again and again.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/keygrant-tests', import.meta.url)) },
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
