/** Puts the parts of a check together: one set of holders and one judge for gateways, for verify and for the management API. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Pool } from 'pg'
import type { FormatDirectory } from '../api-keys/import/format-directory.ts'
import type { ApiServices } from '../http/api/router.ts'
import { trustedProxies, type Caller } from '../http/address.ts'
import type { RequestState } from '../http/entrance.ts'
import type { ProblemLinks } from '../http/problem.ts'
import type { Limiter, Metered, Meters, Tiers } from '../limits/limits.ts'
import type { PublicJwks } from '../oidc/verify-access-token.ts'
import type { Changes } from '../platform/changes.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import type { Secrets } from '../platform/secrets.ts'
import { andThen } from '../platform/soon.ts'
import type { Catalogue } from '../resources/catalogue.ts'
import type { LimitWatch } from '../notices/near-limits/watch.ts'
import type { UsageRecorder } from '../usage/usage.ts'
import { createAnswers } from './answers.ts'
import { createAuthenticate } from './authenticate.ts'
import { createCorridor } from './corridor.ts'
import { createAdmit, createRefuse } from './corridor-answer.ts'
import { createJudge } from './decide.ts'
import { createDerive } from './derive.ts'
import { createNoteScope, type NoteScope } from './scope-note.ts'
import { createNoteUnencrypted, type NoteUnencrypted } from './exposure.ts'
import { createFigures, type CheckFigures } from './figures.ts'
import { createHolders, type Holders } from './holders.ts'
import { createFindLiveApiKey, type FindLiveApiKey } from './live-api-key.ts'
import type { Policies } from './policies/policy.ts'
import { createQuestions } from './question.ts'
import { createRevocationsCorridor } from './revocations/corridor.ts'
import type { Feed } from './revocations/feed.ts'
import { createNote } from './usage-note.ts'
import { createVerify } from './verify.ts'
import { createVerifyCorridor } from './verify-corridor.ts'

export interface GateOptions {
  lookUps: Pool
  secrets: Secrets
  clock: Clock
  changes: Pick<Changes, 'on' | 'onGap' | 'state' | 'silenceMs'>
  log: Log
  catalogue: Catalogue
  tiers: Tiers
  limiter: Limiter
  metersOf: (metered: Metered, tiers: Tiers) => Meters
  policies: Policies
  feed: Feed
  usage: UsageRecorder
  /** Sees whose hour comes to its end. */
  limitWatch: Pick<LimitWatch, 'see'>
  publicJwks: () => PublicJwks
  /** How keys of other systems are looked for. */
  foreignFormats: FormatDirectory
  /** KEY_PREFIX. */
  keyPrefix: string
  links: ProblemLinks
  /** `<API_URL>/v1`. */
  apiResource: string
  /** The resource that a check is for which names none. */
  defaultResource: string
  trustedProxies: readonly string[]
  expose: (keyId: string, caller: Caller) => Promise<void>
  metadataOf: (keyId: string) => Promise<unknown>
}

export interface Gate {
  /** Answers checks and verifies, and gives everything else to the rest of the server. */
  inFrontOf(rest: RequestListener, options: { plainAllowed: boolean }): RequestListener
  /** Who calls the management API. */
  principal: ApiServices['authenticate']
  noteUnencrypted: NoteUnencrypted
  /** Ends the streams of the revocation feed, for they would never end by themselves. */
  endStreams(): void
  /** How many listen to it. */
  streams(): number
  /** What introspection tells of. */
  findLiveApiKey: FindLiveApiKey
  noteScope: NoteScope
  holders: Holders
  figures: CheckFigures
}

export function createGate(options: GateOptions): Gate {
  const { lookUps, secrets, clock, changes, log, catalogue, tiers, limiter, usage, policies, links } = options
  const { publicJwks, apiResource, defaultResource, metersOf, expose, metadataOf, feed } = options
  const issuer = links.publicUrl
  const https = issuer.startsWith('https:')
  const isTrusted = trustedProxies(options.trustedProxies)
  const nowMs = () => clock.now().getTime()
  const onError = (err: unknown) => log.error({ err }, 'a check failed')

  const { derive, current } = createDerive({ catalogue, tiers, metersOf })
  const restore = limiter.restore
  const holders = createHolders({
    lookUps,
    secrets,
    clock,
    now: () => performance.now(),
    changes,
    log,
    issuer,
    publicJwks,
    formats: options.foreignFormats,
    keyPrefix: options.keyPrefix,
    derive,
    restore,
  })
  // The default resource is the operator's word, registered or not.
  const knows = (resource: string) => resource === defaultResource || catalogue.byIdentifier(resource) !== undefined
  const judge = createJudge({ limiter, current, nowMs, knows })
  const figures = createFigures()
  const note = createNote(usage, options.limitWatch)
  const noteUnencrypted = createNoteUnencrypted({ holders, expose, nowMs, log })
  const authenticate = createAuthenticate({ holders, judge, current, note, nowMs, resource: apiResource, issuer })
  const verify = createVerify({ holders, judge, defaultResource, note, metadataOf })
  const noteScope = createNoteScope(usage)
  /** For what needs `keys:verify`. */
  const uncharged = (request: IncomingMessage, address: string) =>
    andThen(authenticate(request, address, { charge: false, anyResource: false }), ({ principal }) => {
      noteScope(principal, 'keys:verify')
      return principal
    })
  const admit = createAdmit({ https, note: noteUnencrypted })
  const refuse = createRefuse({ links, onError })
  const revocations = createRevocationsCorridor({ feed, authenticate: uncharged, isTrusted, admit, refuse, nowMs })
  const corridors = [
    createCorridor({
      holders,
      questions: createQuestions({ defaultResource, policies }),
      judge,
      answers: createAnswers({ issuer, catalogue, nowMs }),
      note,
      figures,
      isTrusted,
      https,
      noteUnencrypted,
      onError,
    }),
    createVerifyCorridor({ verify, authenticate: uncharged, isTrusted, admit, refuse }),
    revocations,
  ]

  return {
    inFrontOf:
      (rest, { plainAllowed }) =>
      (request: IncomingMessage, response: ServerResponse) => {
        for (const corridor of corridors) if (corridor.serve(request, response, plainAllowed)) return
        rest(request, response)
      },
    async principal(ctx, { charge, anyResource }) {
      const { address } = (ctx.state as RequestState).caller
      const setHeader = (name: string, value: string) => ctx.set(name, value)
      return (await authenticate(ctx.req, address, { charge, anyResource, setHeader })).principal
    },
    noteUnencrypted,
    endStreams: revocations.end,
    streams: revocations.count,
    findLiveApiKey: createFindLiveApiKey({ holders, current, nowMs }),
    noteScope,
    holders,
    figures,
  }
}
