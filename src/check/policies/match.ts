/** A policy made ready to be asked: its routes as one tree, in which a path is looked up whatever their number. */
import { methodMatches, readPattern, type Token } from './pattern.ts'
import { plainSegments } from './plain-path.ts'
import type { CompiledPolicy, CompiledRoute, Policy } from './policy.ts'

interface Candidate {
  /** Its place among the routes: the first that matches counts. */
  readonly order: number
  readonly method: string
  readonly route: CompiledRoute
}

interface Node {
  readonly literals: Map<string, Node>
  one: Node | null
  /** Routes that end here. */
  readonly ends: Candidate[]
  /** Those that end with `**` here. */
  readonly rests: Candidate[]
}

const newNode = (): Node => ({ literals: new Map(), one: null, ends: [], rests: [] })

/** @throws for a route that can't be read: none is stored */
export function compilePolicy(policy: Policy): CompiledPolicy {
  const root = newNode()
  for (const [order, route] of policy.routes.entries()) {
    const reading = readPattern(route.match)
    if (!reading.ok) throw new Error(`the policy ${policy.name} has a route that can't be read: ${route.match}`)
    const { method, tokens } = reading.pattern
    insert(root, tokens, { order, method, route: { ...route, label: `${policy.name} ${route.match}` } })
  }
  return {
    ...policy,
    match(method, path) {
      // Some servers take `get` for GET, and some don't.
      if (!/^[A-Z][A-Z-]*$/.test(method)) return null
      const segments = plainSegments(path)
      return segments && (first(root, segments, 0, method)?.route ?? null)
    },
  }
}

function insert(root: Node, tokens: readonly Token[], candidate: Candidate): void {
  let node = root
  for (const token of tokens) {
    if (token.kind === 'rest') return void node.rests.push(candidate)
    node = token.kind === 'one' ? (node.one ??= newNode()) : childOf(node, token.text)
  }
  node.ends.push(candidate)
}

function childOf(node: Node, text: string): Node {
  const known = node.literals.get(text)
  if (known) return known
  const fresh = newNode()
  node.literals.set(text, fresh)
  return fresh
}

/** The first of all routes below this node that match. Each node is visited once at most. */
function first(node: Node, segments: readonly string[], depth: number, method: string): Candidate | null {
  const segment = segments[depth]
  let found = earliest(node.rests, method)
  if (segment === undefined) return earlier(found, earliest(node.ends, method))
  const literal = node.literals.get(segment)
  if (literal) found = earlier(found, first(literal, segments, depth + 1, method))
  // An empty segment is a trailing slash, which `*` doesn't stand for.
  if (node.one && segment !== '') found = earlier(found, first(node.one, segments, depth + 1, method))
  return found
}

const earliest = (candidates: readonly Candidate[], method: string): Candidate | null =>
  candidates.find((candidate) => methodMatches(candidate.method, method)) ?? null

function earlier(a: Candidate | null, b: Candidate | null): Candidate | null {
  if (!a || !b) return a ?? b
  return a.order < b.order ? a : b
}
