/** From the options of `keys …` to the bodies that the API takes: they are checked by the same schemas. */
import { usageFailure } from './failure.ts'

export interface KeyOptions {
  name?: string
  scope?: string[]
  allowIp?: string[]
  expiresIn?: number
  externalId?: string
  tier?: string
  limits?: string
  metadata?: string
}

export interface CreateKeyOptions extends KeyOptions {
  name: string
  grantableScope?: string[]
  resource?: string
  environment?: string
  organization?: string
  user?: string
  serviceAccount?: string
}

export interface UpdateKeyOptions extends KeyOptions {
  disable?: boolean
  enable?: boolean
}

/** `POST /v1/keys`. */
export function newKeyBody(options: CreateKeyOptions): object {
  const { scope = [], externalId, tier, limits } = options
  return given({
    ...commonBody(options),
    scopes: scope,
    grantable_scopes: options.grantableScope,
    resource: options.resource,
    environment: options.environment,
    organization_id: options.organization,
    user_id: options.user,
    service_account_id: options.serviceAccount,
    external_id: externalId,
    tier,
    limits: limits === undefined ? undefined : parsed('--limits', limits),
  })
}

/** `PATCH /v1/keys/:id`. Empty text takes away what only some keys have. */
export function changeBody(options: UpdateKeyOptions): object {
  if (options.disable === true && options.enable === true) throw usageFailure('--disable contradicts --enable.')
  const { scope, externalId, tier, limits } = options
  const orNull = (text: string | undefined) => (text === '' ? null : text)
  return given({
    ...commonBody(options),
    scopes: scope?.filter((name) => name !== ''),
    external_id: orNull(externalId),
    tier: orNull(tier),
    limits: limits === undefined || limits === '' ? orNull(limits) : parsed('--limits', limits),
    disabled: options.disable === true ? true : options.enable === true ? false : undefined,
  })
}

function commonBody({ name, allowIp, expiresIn, metadata }: KeyOptions): object {
  return {
    name,
    allowed_ips: allowIp?.filter((range) => range !== ''),
    expires_in: expiresIn,
    metadata: metadata === undefined ? undefined : parsed('--metadata', metadata),
  }
}

function given(body: object): object {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined))
}

function parsed(option: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw usageFailure(`${option} is not JSON.`)
  }
}
