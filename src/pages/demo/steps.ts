/** The five steps in words, each as far as it has come. */
import type { DemoAction, DemoPart, DemoStep, DemoTable } from '../../http/page-models.ts'
import { lifetimes } from '../../oidc/lifetimes.ts'
import type { Demo } from './demo.ts'
import { wordsOf } from './faults.ts'
import type { AuthorizationRequest, Callback, Flow } from './flow.ts'
import { browserRequest, part, passed, shown } from './parts.ts'
import { say } from './text.ts'
import { useActions, usePart } from './use-words.ts'

const spend: DemoAction = { label: 'Exchange the code', action: '/demo/exchange', kind: 'primary', text: null }
const again: DemoAction = { label: 'Start again', action: '/demo/start', kind: 'primary', text: null }

export function stepsOf(demo: Demo, flow: Flow | null, now: Date): DemoStep[] {
  return [ask(flow), decide(flow), take(flow, now), exchange(demo, flow), use(flow)]
}

/** A step that is yet to come. */
function ahead(title: string, ...plan: string[]): DemoStep {
  return { title, state: 'todo', parts: [part(plan)], actions: [] }
}

function ask(flow: Flow | null): DemoStep {
  const title = 'Ask for access'
  const plan =
    'The app looks up the server’s addresses, draws three random values (`code_verifier`, `state` and `nonce`), and sends your browser to the server with its request.'
  if (!flow) return ahead(title, plan)
  const words =
    'The app looked up the server’s addresses, drew three random values, and sent your browser to the server with this request. What goes through a browser may be read by others, so the request holds no secret: of the `code_verifier` it has only the SHA-256.'
  const { request } = flow
  const exchanges = [shown(request.discovery, { open: false }), browserRequest(request.url, { open: false })]
  return {
    title,
    state: 'done',
    parts: [part([words], { tables: [parametersOf(request, { open: !flow.exchange })], exchanges })],
    actions: [],
  }
}

const parameters: Readonly<Record<string, string>> = {
  response_type: 'The answer is to be a code, which only the app can turn into tokens. OAuth 2.1 knows no other.',
  client_id: 'Which app asks. Anybody may know it, so it proves nothing.',
  redirect_uri: 'Where the answer goes. It has to be registered for the app, or the server sends nothing anywhere.',
  scope:
    'What the app wants. `openid`, `profile` and `email` tell who you are, `offline_access` keeps working while you are away, and the rest is for your notes.',
  resource: 'Which API the access token is for. It works there and nowhere else (RFC 8707).',
  state:
    'Ties the answer to this request and this browser. Nobody can slip you the answer to a request of theirs (CSRF).',
  nonce: 'Comes back inside the ID token, so that an older ID token can’t be passed off as the answer.',
  code_challenge:
    'The SHA-256 of the `code_verifier`. Whoever brings the code has to bring the verifier, too (PKCE, RFC 7636).',
  code_challenge_method: 'How the challenge was made. This server takes no other.',
  prompt: 'Ask you, even if you agreed before. Without it, `offline_access` counts for nothing.',
}

function parametersOf(request: AuthorizationRequest, { open }: { open: boolean }): DemoTable {
  const sent = Object.entries(request.parameters).map(([name, value]) => ({
    name,
    value,
    meaning: say(parameters[name] ?? ''),
  }))
  const kept = {
    name: 'code_verifier',
    value: request.verifier,
    meaning: say('Not sent: the app keeps it until step 4.'),
  }
  return { caption: 'What the request says', open, named: 'Parameter', rows: [...sent, kept] }
}

function decide(flow: Flow | null): DemoStep {
  const title = 'Sign in and decide'
  const words =
    'This is between you and the server: you sign in, and its consent page says who asks for what. You can leave out what is optional, or refuse it all. The app sees none of it, neither your password nor whether you have an account.'
  const unverified =
    'The page says “not verified”, and asks every time, although this app is the server’s own. That is by design: any program on this computer could listen at a loopback address and call itself by this `client_id`, so nobody can vouch for who comes back there (RFC 8252, 8.6).'
  if (!flow) return ahead(title, words, unverified)
  if (flow.callback) return { title, state: 'done', parts: [part([words, unverified])], actions: [] }
  const waiting =
    'Your browser hasn’t come back with an answer yet. Go on where you left it, or start again: what was begun before is then worth nothing.'
  return { title, state: 'current', parts: [part([waiting, words], { newest: true })], actions: [again] }
}

function take(flow: Flow | null, now: Date): DemoStep {
  const title = 'Take the answer'
  const plan = 'The server sends your browser back to the app’s `redirect_uri`, with a code or with an error.'
  const callback = flow?.callback
  if (!callback) return ahead(title, plan)
  const returned = browserRequest(callback.url, { open: false })
  if ('fault' in callback.answer) {
    const { title: meaning, text } = wordsOf(callback.answer.fault)
    return {
      title,
      state: 'failed',
      parts: [
        part(text, { title: meaning, outcome: 'bad', checks: checksOf(callback), exchanges: [returned], newest: true }),
      ],
      actions: [again],
    }
  }
  const words = `Your browser came back with a code. It isn’t a token yet: it lives ${lifetimes.authorizationCode} seconds, works once, and only together with the \`code_verifier\`. Whoever reads it on its way, in a log or in the history, can do nothing with it.`
  const code: DemoTable = {
    caption: 'What the answer says',
    open: true,
    named: 'Parameter',
    rows: [{ name: 'code', value: callback.answer.code, meaning: say('To be exchanged for tokens, once.') }],
  }
  const late = now.getTime() - callback.at.getTime() > lifetimes.authorizationCode * 1000 && !flow.exchange
  const warning = 'By now it is too old, and the server won’t take it any more. Try it, and see what it says.'
  const received = part([words, ...(late ? [warning] : [])], {
    tables: [code],
    checks: checksOf(callback),
    exchanges: [returned],
    newest: !flow.exchange,
  })
  return flow.exchange
    ? { title, state: 'done', parts: [received], actions: [] }
    : { title, state: 'current', parts: [received], actions: [spend] }
}

function checksOf({ answer }: Callback): DemoPart['checks'] {
  const state = passed('`state` is the one that this browser was given: this is the answer to its own request.')
  const mismatch = 'fault' in answer && answer.fault.code === 'issuer_mismatch'
  const iss = mismatch
    ? { text: say('`iss` doesn’t name the server that was asked.'), passed: false }
    : passed('`iss` names the server that was asked, so the code goes to no other (RFC 9207).')
  return [state, iss]
}

function exchange(demo: Demo, flow: Flow | null): DemoStep {
  const title = 'Exchange the code'
  const plan =
    'The app goes to the server directly, shows the code and the `code_verifier`, and gets its tokens. Your browser gets none of them.'
  const done = flow?.exchange
  if (!done) return ahead(title, plan)
  const exchanges = done.exchanges.map((one) =>
    shown(one, { open: one === done.exchanges[0] && flow.uses.length === 0 }),
  )
  if (done.fault) {
    const { title: meaning, text } = wordsOf(done.fault)
    return {
      title,
      state: 'failed',
      parts: [part(text, { title: meaning, outcome: 'bad', exchanges, newest: true })],
      actions: [again],
    }
  }
  return {
    title,
    state: 'done',
    parts: [{ ...exchanged(demo, exchanges), newest: flow.uses.length === 0 }],
    actions: [],
  }
}

function exchanged({ clientId }: Demo, exchanges: DemoPart['exchanges']): DemoPart {
  const words =
    'The app went to the server directly, past your browser. The server hashed the `code_verifier`, found it to be the `code_challenge` from step 1, and so knew that the app that asked is the one that gets the tokens. The code is used up.'
  const doubt = 'Before the app believes the ID token, it fetches the server’s public keys and checks:'
  return part([words, doubt], {
    exchanges,
    checks: [
      passed('The signature is made with one of the server’s keys, by an algorithm that the app expects.'),
      passed(`\`iss\` is the server, \`aud\` is this app (\`${clientId}\`), and \`exp\` is yet to come.`),
      passed('`nonce` is the one from step 1.'),
    ],
  })
}

function use(flow: Flow | null): DemoStep {
  const title = 'Use the tokens'
  if (!flow?.tokens) {
    const plan =
      'The app calls the API with the access token, renews it with the refresh token, and ends both when it doesn’t need them any more.'
    return ahead(title, plan)
  }
  const { tokens, uses } = flow
  const words =
    tokens.ended === null
      ? 'The app holds its tokens, below. See what can be done with them.'
      : 'The tokens have ended. See what the server says to them now, or start over.'
  return {
    title,
    state: 'current',
    parts: [part([words]), ...uses.map((one) => usePart(one, { latest: one === uses.at(-1) }))],
    actions: useActions,
  }
}
