/** Processes that are measured: where they run, and what they take. From /proc, so Linux only, like the program itself. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/** The server has one CPU and the generator another, so that neither takes from the other. */
const serverCpu = 0
const generatorCpu = 1

export const canPin = availableParallelism() > 1 && works('taskset', ['--version'])

/** Kernel ticks: 100 a second on every Linux that Node runs on (`getconf CLK_TCK`). */
const ticksPerSecond = 100

export interface Measured extends AsyncDisposable {
  pid: number
  /** Rejects, with the end of its log, when it ends before it is disposed of. */
  failed: Promise<never>
}

/** None outlives this process, whatever ends it: one that is left over would be measured along with the next. */
const running = new Set<ChildProcess>()
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')))
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.on(signal, () => process.exit(code))
}

interface StartOptions {
  env: Record<string, string>
  /** Where its output goes. */
  logFile: string
}

/** Runs a server on its CPU, with the same Node.js as this. */
export function startNode(args: readonly string[], { env, ...options }: StartOptions): Measured {
  const command = [process.execPath, ...args]
  return startProgram(canPin ? ['taskset', '-c', String(serverCpu), ...command] : command, {
    env: { NODE_ENV: 'production', ...env },
    ...options,
  })
}

/** Runs a program on any CPU. */
export function startProgram([program = '', ...rest]: readonly string[], { env, logFile }: StartOptions): Measured {
  const log = openSync(logFile, 'a')
  const child = spawn(program, rest, {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  if (child.pid === undefined) throw new Error(`${program} could not be started`)
  running.add(child)
  const exited = once(child, 'exit')
  child.once('exit', () => running.delete(child))
  let wanted = false
  const failed = exited.then(async () => {
    if (!wanted) throw new Error(`${rest.join(' ')} ended:\n${readFileSync(logFile, 'utf8').slice(-2_000)}`)
    return new Promise<never>(() => undefined)
  })
  failed.catch(() => undefined)
  return {
    pid: child.pid,
    failed,
    async [Symbol.asyncDispose]() {
      wanted = true
      child.kill('SIGTERM')
      await exited
    },
  }
}

/** Puts this process, which is the generator, on its CPU. What was started before stays free. */
export function pinGenerator(): void {
  if (canPin) execFileSync('taskset', ['-acp', String(generatorCpu), String(process.pid)], { stdio: 'ignore' })
}

/** CPU seconds that a process has taken, with its children if it is a parent of workers, like Postgres. */
export function cpuSeconds(pid: number, { withChildren = false } = {}): number {
  const own = ticksOf(pid)
  if (!withChildren) return own.self / ticksPerSecond
  const children = processes().map((each) => ticksOf(each))
  const living = children.filter(({ parent }) => parent === pid).reduce((sum, { self }) => sum + self, 0)
  return (own.self + own.ended + living) / ticksPerSecond
}

/** Resident memory in MiB. */
export function residentMemory(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

function ticksOf(pid: number): { parent: number; self: number; ended: number } {
  try {
    // The name in the second field may hold anything, so what follows its closing bracket is counted.
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const at = (index: number) => Number(fields[index])
    return { parent: at(1), self: at(11) + at(12), ended: at(13) + at(14) }
  } catch {
    return { parent: 0, self: 0, ended: 0 }
  }
}

function processes(): number[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []))
}

function works(program: string, args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
