/** What a process of ours needs of the environment of the tests, and no setting beside it. */

/** Node keeps there what it made of our sources, which halves what each start after the first costs: see vitest.config.ts. */
export function nodeEnvironment(): { PATH: string; NODE_COMPILE_CACHE: string } {
  const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env
  return { PATH, NODE_COMPILE_CACHE }
}
