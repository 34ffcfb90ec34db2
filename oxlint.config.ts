/** The linter's rules; first of all the house's: imports run downward only, and what has an owner is reached through it. */
import { defineConfig, type OxlintOverride } from 'oxlint'

/**
 * The layers of `src/`, from the top. A file imports from its own part and from layers below; parts of one layer know
 * each other's types alone and meet through arguments that `server.ts` passes.
 */
export const layers: readonly (readonly string[])[] = [
  ['main.ts', 'cli'],
  ['first-run.ts'],
  ['server.ts'],
  ['assembly'],
  ['apply'],
  ['pages'],
  ['check'],
  ['oidc'],
  [
    'organizations',
    'users',
    'clients',
    'resources',
    'grants',
    'api-keys',
    'limits',
    'usage',
    'webhooks',
    'leaks',
    'notices',
    'settings',
  ],
  ['audit'],
  ['http'],
  ['rights'],
  ['platform'],
  ['config.ts', 'environment.ts'],
  ['config-variables.ts'],
  ['setting-values.ts'],
  ['brand'],
]

interface Restriction {
  regex: string
  message: string
  allowTypeImports?: boolean
}

const provider: Restriction = { regex: '^oidc-provider($|/)', message: 'Only oidc/ knows the provider.' }
const prisma: Restriction = {
  regex: '^@prisma/|/prisma/client',
  message: "Only a feature's store.ts and platform/ know Prisma.",
}
const configuration: Restriction = {
  regex: '^(\\.\\.?/)+(config|environment)\\.ts$',
  message: 'The configuration is an argument: main.ts, cli/ and server.ts read it and pass what is needed.',
  allowTypeImports: true,
}
const environment = { name: 'node:process', importNames: ['env'], message: 'Only config.ts reads the environment.' }

/** Matches a relative import of one of the parts, from any depth. */
function importOf(parts: readonly string[]): string {
  const names = parts.map((part) => (part.endsWith('.ts') ? `${part.replace('.', '\\.')}$` : `${part}/`))
  return `^(\\.\\.?/)+(${names.join('|')})`
}

function restrictionsOf(part: string): Restriction[] {
  const level = layers.findIndex((layer) => layer.includes(part))
  const above = layers.slice(0, level).flat()
  const beside = (layers[level] ?? []).filter((other) => other !== part)
  return [
    ...(above.length > 0
      ? [{ regex: importOf(above), message: `Imports run downward only, and this is above src/${part}.` }]
      : []),
    ...(beside.length > 0
      ? [{ regex: importOf(beside), message: `This is beside src/${part}: only its types.`, allowTypeImports: true }]
      : []),
    ...(level > layers.findIndex((layer) => layer.includes('server.ts')) ? [configuration] : []),
    ...(part === 'oidc' ? [] : [provider]),
    ...(part === 'platform' ? [] : [prisma]),
  ]
}

function importRule(patterns: Restriction[]): NonNullable<OxlintOverride['rules']> {
  return { 'eslint/no-restricted-imports': ['error', { paths: [environment], patterns }] }
}

const imports = layers.flat().flatMap((part): OxlintOverride[] => {
  const restrictions = restrictionsOf(part)
  if (part.endsWith('.ts')) return [{ files: [`src/${part}`], rules: importRule(restrictions) }]
  return [
    { files: [`src/${part}/**`], rules: importRule(restrictions) },
    { files: [`src/${part}/**/store.ts`], rules: importRule(restrictions.filter((one) => one !== prisma)) },
  ]
})

export default defineConfig({
  options: { typeAware: true, denyWarnings: true, reportUnusedDisableDirectives: 'error' },
  plugins: ['eslint', 'typescript', 'unicorn', 'oxc', 'import', 'node', 'promise', 'vitest'],
  categories: { correctness: 'error', suspicious: 'error' },
  ignorePatterns: ['src/platform/prisma/**', 'test-results/**', 'data/**'],
  rules: {
    'import/no-cycle': 'error',
    'import/no-default-export': 'error',
    'oxc/no-barrel-file': 'error',
    'unicorn/filename-case': ['error', { case: 'kebabCase' }],
    'unicorn/prefer-node-protocol': 'error',
    'eslint/max-lines': ['error', { max: 350 }],
    'eslint/no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'], location: 'anywhere' }],
    'eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    'eslint/eqeqeq': 'error',
    'eslint/no-var': 'error',
    'eslint/prefer-const': 'error',
    'eslint/no-param-reassign': 'error',

    // An un-awaited Prisma call never runs: a revocation that silently does nothing.
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/await-thenable': 'error',
    'typescript/return-await': ['error', 'error-handling-correctness-only'],
    'typescript/switch-exhaustiveness-check': 'error',
    'typescript/only-throw-error': 'error',
    'typescript/prefer-promise-reject-errors': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-unsafe-argument': 'error',
    'typescript/no-unsafe-assignment': 'error',
    'typescript/no-unsafe-call': 'error',
    'typescript/no-unsafe-member-access': 'error',
    'typescript/no-unsafe-return': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/no-deprecated': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/ban-ts-comment': 'error',

    // Rows of raw statements and bodies of foreign answers get their types where they arrive.
    'typescript/no-unsafe-type-assertion': 'off',
    'typescript/no-unnecessary-type-parameters': 'off',
    // CommonJS packages (pg, nunjucks) are imported whole.
    'import/no-named-as-default': 'off',
    'import/no-named-as-default-member': 'off',
    'eslint/no-underscore-dangle': 'off',
    'typescript/consistent-return': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'promise/always-return': 'off',
    // Our methods are closures: they use no `this` that could be lost.
    'typescript/unbound-method': 'off',
    // Text is sorted by code unit on purpose, and spread into code points.
    'typescript/require-array-sort-compare': ['error', { ignoreStringArrays: true }],
    'typescript/no-misused-spread': ['error', { allow: ['string'] }],
  },
  overrides: [
    { files: ['src/**'], rules: { 'node/no-process-env': 'error' } },
    { files: ['src/config.ts'], rules: { 'node/no-process-env': 'off' } },
    ...imports,
    // The provider's types make optional what a kind of token or session always has.
    { files: ['src/oidc/**'], rules: { 'typescript/no-non-null-assertion': 'off' } },
    { files: ['*.config.ts'], rules: { 'import/no-default-export': 'off' } },
    {
      files: ['test/**', 'bench/**'],
      rules: {
        'vitest/no-disabled-tests': 'error',
        'vitest/no-focused-tests': 'error',
        // The second argument says what it was about.
        'vitest/valid-expect': ['error', { maxArgs: 2 }],
        'vitest/no-restricted-vi-methods': [
          'error',
          { mock: 'Nothing of ours is mocked.', doMock: 'Nothing of ours is mocked.' },
        ],
        'vitest/require-to-throw-message': 'off',
        'vitest/no-conditional-expect': 'off',
        // A browser test that waits for what must appear asserts by waiting.
        'vitest/expect-expect': 'off',
        'typescript/no-non-null-assertion': 'off',
        // Tests reach into answers of JSON: what isn't as they say makes them fail.
        'typescript/no-unsafe-argument': 'off',
        'typescript/no-unsafe-assignment': 'off',
        'typescript/no-unsafe-call': 'off',
        'typescript/no-unsafe-member-access': 'off',
        'typescript/no-unsafe-return': 'off',
      },
    },
    {
      // The browser's modules: the type checker, which knows a server's world, has no types for theirs.
      files: ['views/assets/**'],
      env: { browser: true },
      rules: {
        'typescript/no-unsafe-argument': 'off',
        'typescript/no-unsafe-assignment': 'off',
        'typescript/no-unsafe-call': 'off',
        'typescript/no-unsafe-member-access': 'off',
        'typescript/no-unsafe-return': 'off',
      },
    },
  ],
})
