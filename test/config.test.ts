/** The configuration: what it takes, what it refuses, and that its documentation is the same list. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { ConfigurationError, configWarnings, readConfig } from '../src/config.ts'
import { secretSettings, settings } from '../src/config-variables.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'keygrant-config-'))
afterAll(() => rmSync(dataDir, { recursive: true }))

const strong = 'Zq3v8nW1xR7tY5uK2pL9sD4fG6hJ0aBc='
const production = {
  PUBLIC_URL: 'https://auth.example.com',
  HOST: '0.0.0.0',
  DATABASE_URL: 'postgresql://db/keygrant',
  SECRET_KEY: strong,
}

function faultsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig({ DATA_DIR: dataDir, ...environment })
    return []
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults
    throw error
  }
}

test('.env.example documents every setting, in the order of the schema, and no other', () => {
  const documented = [...readFileSync('.env.example', 'utf8').matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name)
  expect(documented).toEqual(Object.keys(settings))
})

test('.env.example as it is starts in development', () => {
  const lines = [...readFileSync('.env.example', 'utf8').matchAll(/^([A-Z_]+)=(.*)$/gm)].map(
    ([, name, value]) => [name ?? '', value] as const,
  )
  expect(readConfig({ ...Object.fromEntries<string | undefined>(lines), DATA_DIR: dataDir }).mode).toBe('development')
})

describe('development and production', () => {
  test('nothing set is development on loopback', () => {
    expect(readConfig({ DATA_DIR: dataDir })).toMatchObject({
      mode: 'development',
      publicUrl: 'http://localhost:3000',
      listen: { host: 'localhost', port: 3000 },
    })
  })

  test('NODE_ENV decides nothing', () => {
    expect(readConfig({ DATA_DIR: dataDir, NODE_ENV: 'production' }).mode).toBe('development')
    expect(readConfig({ ...production, NODE_ENV: 'development' }).mode).toBe('production')
  })

  test.each([
    [{ PUBLIC_URL: 'http://127.0.0.1:8080', HOST: '::1' }, 'development'],
    [{ PUBLIC_URL: 'http://[::1]:8080', HOST: '127.0.0.1' }, 'development'],
    [{ ...production, HOST: 'localhost' }, 'production'],
  ])('%o is %s', (environment, mode) => {
    expect(readConfig({ DATA_DIR: dataDir, ...environment }).mode).toBe(mode)
  })

  test('a loopback address in public reach is refused, and so is plain http elsewhere', () => {
    expect(faultsOf({ ...production, PUBLIC_URL: 'http://localhost:3000' }).join()).toContain(
      'HOST (0.0.0.0) is reachable',
    )
    expect(faultsOf({ ...production, PUBLIC_URL: 'http://auth.example.com' }).join()).toContain(
      'PUBLIC_URL must be https',
    )
  })
})

test('production without its secrets refuses to start and names each of them', () => {
  expect(faultsOf({ HOST: '0.0.0.0' })).toEqual([
    expect.stringContaining('PUBLIC_URL is missing'),
    expect.stringContaining('DATABASE_URL is missing'),
    expect.stringContaining('SECRET_KEY is missing'),
  ])
})

test('the database, the address and the secret are enough for production', () => {
  const config = readConfig(production)
  expect(config.mode).toBe('production')
  expect(configWarnings(config)).toEqual([expect.stringContaining('TLS_CERT'), expect.stringContaining('SMTP_URL')])
})

test('every fault is named at once, and no value of a secret is in it', () => {
  const bad = {
    PORT: '99999',
    SECRET_KEY: 'short-and-secret',
    SIGN_UP: 'perhaps',
    DATABASE_URL: 'mysql://user:hunter2@db/x',
    TLS_CERT: '/nowhere/cert.pem',
  }
  const faults = faultsOf(bad)
  const named = new Set(faults.map((fault) => fault.split(' ')[0]))
  expect(named).toEqual(new Set(['DATABASE_URL', 'PORT', 'SECRET_KEY', 'SIGN_UP', 'TLS_CERT']))
  expect(faults.join()).not.toMatch(/hunter2|short-and-secret/)
})

test('a weak secret refuses the start', () => {
  expect(faultsOf({ SECRET_KEY: 'a'.repeat(64) }).join()).toContain('too regular')
  expect(faultsOf({ BOOTSTRAP_ADMIN_EMAIL: 'a@b.example', BOOTSTRAP_ADMIN_PASSWORD: 'short' }).join()).toContain(
    'at least 15',
  )
})

test('several secret keys, the newest first', () => {
  expect(readConfig({ DATA_DIR: dataDir, SECRET_KEY: `${strong}1,${strong}2` }).secretKeys).toEqual([
    `${strong}1`,
    `${strong}2`,
  ])
})

test('the development secret is made once and readable by its owner alone', () => {
  const first = readConfig({ DATA_DIR: dataDir }).secretKeys
  expect(readConfig({ DATA_DIR: dataDir }).secretKeys).toEqual(first)
  expect(statSync(join(dataDir, 'secret-key')).mode & 0o777).toBe(0o600)
})

test('makes a data folder for its owner alone, and leaves one that was there as it is', () => {
  const shared = join(dataDir, 'shared')
  mkdirSync(shared)
  chmodSync(shared, 0o1777)
  for (const [folder, mode] of [
    [shared, 0o1777],
    [join(shared, 'own'), 0o700],
  ] as const) {
    readConfig({ DATA_DIR: folder })
    expect(statSync(folder).mode & 0o7777).toBe(mode)
    expect(statSync(join(folder, 'secret-key')).mode & 0o777).toBe(0o600)
  }
})

test('trusted proxies are addresses or ranges', () => {
  expect(
    readConfig({ ...production, TRUSTED_PROXIES: '10.0.0.0/8, 192.0.2.1,2001:db8::/32' }).trustedProxies,
  ).toHaveLength(3)
  expect(faultsOf({ ...production, TRUSTED_PROXIES: '10.0.0.0/8,proxy' }).join()).toContain(
    'TRUSTED_PROXIES must be addresses',
  )
})

test('what is marked secret is a setting', () => {
  expect(Object.keys(settings)).toEqual(expect.arrayContaining([...secretSettings]))
})
