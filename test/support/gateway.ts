/** Starts a real gateway with its example from `examples/`, with nothing changed in it but the ports. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { inject } from 'vitest'
import { eventually } from './eventually.ts'
import { freePort } from './server.ts'

export interface GatewayPorts {
  /** Keygrant's `CHECK_LISTEN`. */
  check: number
  api: number
}

export interface Gateway extends AsyncDisposable {
  port: number
}

/** The ports in every example. */
const inExamples = { gateway: ':8080', check: ':3001', api: ':4000' } as const

export const realGateways = {
  /** @param instead other texts in place of files of the example */
  nginx: (ports: GatewayPorts, instead: Readonly<Record<string, string>> = {}): Promise<Gateway> =>
    start('nginx', ports, (dir) => ['-p', dir, '-c', path.join(dir, 'nginx.conf'), '-e', 'stderr'], instead),
  caddy: (ports: GatewayPorts): Promise<Gateway> =>
    start('caddy', ports, (dir) => ['run', '--config', path.join(dir, 'Caddyfile')]),
}

async function start(
  name: keyof typeof realGateways,
  ports: GatewayPorts,
  argumentsIn: (dir: string) => string[],
  instead: Readonly<Record<string, string>> = {},
): Promise<Gateway> {
  await using opening = new AsyncDisposableStack()
  const dir = await mkdtemp(path.join(tmpdir(), `keygrant-${name}-`))
  opening.defer(() => rm(dir, { recursive: true, force: true }))
  // Started by root, nginx works as nobody, who has to get to its folders.
  await chmod(dir, 0o711)
  const port = await freePort()
  await copyExample(name, dir, { ...ports, gateway: port }, instead)

  const home = { HOME: dir, XDG_CONFIG_HOME: dir, XDG_DATA_HOME: dir }
  const child = spawn(inject('programPaths')[name], argumentsIn(dir), {
    cwd: dir,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...home },
  })
  const exit = once(child, 'exit')
  opening.defer(async () => {
    child.kill('SIGTERM')
    await exit
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}:\n${said}`)
    await reach(port)
  })

  const open = opening.move()
  return { port, [Symbol.asyncDispose]: () => open.disposeAsync() }
}

async function copyExample(
  name: string,
  dir: string,
  ports: Record<keyof typeof inExamples, number>,
  instead: Readonly<Record<string, string>>,
): Promise<void> {
  const source = path.join(import.meta.dirname, '../../examples', name)
  const texts = await Promise.all(
    (await readdir(source)).map(
      async (file) => [file, instead[file] ?? (await readFile(path.join(source, file), 'utf8'))] as const,
    ),
  )
  for (const [role, port] of Object.entries(inExamples)) {
    if (!texts.some(([, text]) => text.includes(port))) throw new Error(`${name} has no ${port} for the ${role}`)
  }
  for (const [file, text] of texts) {
    const changed = Object.entries(inExamples).reduce(
      (draft, [role, port]) => draft.replaceAll(port, `:${ports[role as keyof typeof inExamples]}`),
      text,
    )
    await writeFile(path.join(dir, file), changed)
  }
}

async function reach(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
  } finally {
    socket.destroy()
  }
}
